// One picture of a draft: its preview, what became of it, its words, its place.

import { element } from "../../entries.js";
import { button, drawChoice } from "../drawing/dialogs.js";
import { drawFocalPoint } from "../drawing/focal_point.js";
import { drawAfterPress } from "../drawing/press_guard.js";
import { get } from "../drawing/session.js";
import { uploadWords } from "../pure/media_words.js";
import { previewOf, uploads } from "./uploads_here.js";

const LABELS = { alt: "What it shows, for those who cannot see it", caption: "Caption", credit: "Credit" };
const NAMES = { image: "Picture", video: "Film", audio: "Sound" };
const PLACES = [["above", "Above the text"], ["below", "Below the text"]];

/**
 * Draw a picture. `on` has `word(word, value)`, `remove()` and, for one of several, `move(by)`. Returns {node, show(picture,
 * number, count)}, which draws what has changed and nothing that is being typed.
 */
export function drawPictureItem(picture, on, { hasPlace = true, hasWords = true } = {}) {
  const legend = element("legend", {});
  const said = element("p", { class: "upload-state", role: "status" });
  const bar = element("progress", { max: "1", value: "0", "aria-label": "Sent so far", hidden: true });
  const again = button("Try again", () => uploads?.retry(picture.id), { hidden: true });
  const focal = drawFocalPoint({ focal: picture.focal, label: "Picture", changed: (at) => on.word("focal", at) });
  const fields = new Map(Object.entries(LABELS).map(([word, label]) => {
    const field = element("input", { "data-word": word, autocomplete: "off" });
    field.addEventListener("input", () => on.word(word, field.value));
    return [word, { field, label: element("label", {}, label, " ", field) }];
  }));
  const place = hasPlace && drawChoice(PLACES, picture.place, {});
  place && place.addEventListener("change", () => on.word("place", place.value));
  const up = button("Earlier", () => on.move(-1));
  const down = button("Later", () => on.move(1));
  const out = button("Take it out", on.remove);
  const node = element(
    "fieldset", { class: "picture", "data-picture": picture.id },
    legend,
    element("div", { class: "picture-top" }, focal.box, element("div", { class: "upload" }, said, bar, again)),
    [...fields.values()].map(({ label }) => label),
    place && element("label", {}, "Place", " ", place),
    focal.sliders,
    element("p", { class: "actions" }, hasPlace && [up, down], out),
  );
  showPreview(focal.picture, picture.id, () => node.classList.add("has-no-preview"));

  const show = (now, number, count) => {
    const item = uploads?.find(now.id) ?? null;
    const name = count > 1 ? `${NAMES[now.kind]} ${number}` : NAMES[now.kind];
    const words = uploadWords(now.isOwn && !now.isKnown && item === null ? absent() : item);
    legend.textContent = now.name ? `${name}: ${now.name}` : name;
    for (const [each, verb] of [[up, "earlier"], [down, "later"], [out, "out"]]) {
      each.setAttribute("aria-label", verb === "out" ? `Take ${name} out` : `Move ${name} ${verb}`);
    }
    [up.hidden, down.hidden] = [count < 2, count < 2];
    [up.disabled, down.disabled] = [number === 1, number === count];
    if (said.textContent !== words.text) said.textContent = words.text;
    said.classList.toggle("wrong", words.isWrong);
    bar.hidden = item === null || ["done", "refused"].includes(item.state);
    bar.value = item?.progress ?? 0;
    drawAfterPress(`again ${now.id}`, () => {
      again.hidden = !["refused", "waiting"].includes(item?.state);
    });
    for (const [word, { field, label }] of fields) {
      label.hidden = !hasWords || (word === "alt" && now.kind !== "image");
      if (field.value !== now[word] && document.activeElement !== field) field.value = now[word];
    }
    focal.box.hidden = now.kind !== "image";
    focal.sliders.hidden = !hasWords || now.kind !== "image";
    if (!focal.picture.getAttribute("src")) showPreview(focal.picture, now.id, () => node.classList.add("has-no-preview"));
  };
  return { node, show };
}

/** Return what stands for an upload that this browser does not have, or of which it is not known yet. */
function absent() {
  if (!uploads?.isOpen) return { state: "unknown" };
  return { state: "refused", problem: { detail: "It is not in this browser any more: take it out, and choose it again." } };
}

/** Show an upload's picture: the file that this page holds, or, once that is gone, what the server says of it now. */
function showPreview(picture, id, failed) {
  const known = previewOf(id);
  if (known) picture.src = known;
  else if (uploads?.find(id) && uploads.find(id).state !== "done") return;
  else fetchPreview(picture, id, failed);
  picture.onerror = () => {
    picture.onerror = failed;
    if (uploads?.find(id)?.state === "done" || !uploads?.find(id)) fetchPreview(picture, id, failed);
    else picture.removeAttribute("src");
  };
}

async function fetchPreview(picture, id, failed) {
  try {
    const { body } = await get(`/v1/newsroom/media/${id}`);
    if (body.kind === "image" || body.poster) picture.src = body.poster ?? body.url;
  } catch {
    failed();
  }
}
