// The words of an edited entry's pictures, films, sounds and tables, in the composer: they have no form in its text.

import { element } from "../../entries.js";
import { drawFocalPoint } from "../drawing/focal_point.js";
import { MEDIA_WORDS, mediaOf } from "../pure/media_words.js";

const LABELS = {
  alt: "What it shows, for those who cannot see it", caption: "Caption", credit: "Credit",
};
const NAMES = { image: "Picture", video: "Film", audio: "Sound", table: "Table" };
const place = document.getElementById("media");

/** Draw the fields of a draft's media; none for a new entry. */
export function drawMediaWords({ editing, media }) {
  const blocks = mediaOf(editing?.blocks ?? []);
  place.replaceChildren(...blocks.map((block, index) => element(
    "fieldset", { "data-block": block.id },
    element("legend", {}, blocks.length > 1 ? `${NAMES[block.type]} ${index + 1} of this entry` : `${NAMES[block.type]} of this entry`),
    block.type === "image" && !block.media && element("img", { src: block.url, alt: "", loading: "lazy" }),
    block.type === "image" && block.media && drawUploaded(block, media?.[block.id]?.focal ?? block.focal ?? null),
    MEDIA_WORDS[block.type].map((word) => element("label", {}, LABELS[word], " ", element("input", {
      "data-word": word, dir: "auto", autocomplete: "off", value: media?.[block.id]?.[word] ?? "",
    }))),
  )));
  place.hidden = blocks.length === 0;
}

/** Draw an uploaded picture with its focal point, kept at the fieldset until it is read from there. */
function drawUploaded(block, focal) {
  const keep = (at) => {
    box.closest("fieldset").dataset.focal = JSON.stringify(at);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const { box, sliders, picture } = drawFocalPoint({ focal, label: "Picture", changed: keep });
  box.dataset.focal = JSON.stringify(focal);
  picture.src = block.url;
  return [box, sliders];
}

/** Return what the fields say, by block and word; null if there are none. */
export function mediaWordsNow() {
  const fields = [...place.querySelectorAll("fieldset")].map((each) => [each.dataset.block, Object.fromEntries(
    [
      ...[...each.querySelectorAll("[data-word]")].map((input) => [input.dataset.word, input.value]),
      ...focalIn(each),
    ],
  )]);
  return fields.length > 0 ? Object.fromEntries(fields) : null;
}

function focalIn(fieldset) {
  const at = fieldset.dataset.focal ?? fieldset.querySelector(".preview")?.dataset.focal;
  return at === undefined ? [] : [["focal", JSON.parse(at)]];
}
