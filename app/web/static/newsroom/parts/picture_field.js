// A dialog's field for one picture: a story's lead picture, or a person's.

import { element } from "../../entries.js";
import { button } from "../drawing/dialogs.js";
import { blockOf, chosenPicture, draftPicture, filesIn, olderPicture, withUpload, withWord } from "../pure/draft_pictures.js";
import { findOlder } from "./library.js";
import { drawPictureItem } from "./picture_item.js";
import { forgetUploads, onUploads, uploads } from "./uploads_here.js";

/**
 * Return a field of a dialog. Its value is "" for no picture, or the JSON of an image block's fields; `current` is such a block,
 * or null. A face has no words and no focal point.
 */
export function pictureField({ name, label, current, isFace = false }) {
  return {
    name, label, value: valueOf(current), shown: (value) => (value ? "another picture" : "no picture"),
    draw: (attributes) => drawField({ name, label, current, isFace, attributes }),
  };
}

/** Return the image block's fields that a field's value says; null for no picture. */
export function imageOf(value) {
  return value ? JSON.parse(value) : null;
}

/** Wait until the picture that a field's value names is on the server. Throws its problem. */
export async function pictureSent(value) {
  const { media } = imageOf(value) ?? {};
  if (media && uploads.find(media)) await uploads.finished(media);
}

/**
 * Return the uploads that what shows a field's value has to wait for: its own, if it was chosen here. Waits as `pictureSent`
 * while the server can be reached, so that what is refused is said where it was chosen.
 */
export async function pictureAwaited(value) {
  const { media } = imageOf(value) ?? {};
  if (!media || !uploads.find(media)) return [];
  try {
    await uploads.finished(media);
  } catch (problem) {
    if (uploads.find(media)?.state !== "waiting") throw problem;
  }
  return [media];
}

/** Forget the upload of a field's value once it is shown. */
export function forgetPicture(value) {
  const { media } = imageOf(value) ?? {};
  if (media) forgetUploads([media]);
}

function valueOf(image) {
  if (!image) return "";
  const { media, url, alt, caption, credit, focal } = image;
  return JSON.stringify({ ...(media ? { media } : { url }), alt, caption, credit, focal });
}

function drawField({ name, label, current, isFace, attributes }) {
  const input = element("input", { type: "hidden", name, value: valueOf(current) });
  const holder = element("div", { class: "chosen" });
  const accept = "image/*,.heic,.heif,.avif";
  const files = element("input", { type: "file", hidden: true, accept, "aria-label": `${label}: file` });
  let picture = current?.media ? known(current) : null;
  let item = null;
  const keep = () => {
    const { id: _block, type: _type, ...fields } = picture ? blockOf(picture, "") : {};
    input.value = picture ? JSON.stringify(isFace ? { media: picture.id } : fields) : "";
  };
  const draw = () => {
    if (picture && !item) {
      item = drawPictureItem(picture, {
        word: (word, value) => set(withWord(picture, word, value)),
        remove: () => set(null),
      }, { hasPlace: false, hasWords: !isFace });
      holder.replaceChildren(item.node);
    } else if (!picture) {
      item = null;
      holder.replaceChildren();
    }
    item?.show(picture, 1, 1);
  };
  const set = (other) => {
    if (other?.id !== picture?.id) item = null;
    picture = other;
    keep();
    draw();
    if (picture === null) choose.focus();
  };
  const take = ([file]) => file && set(chosenPicture(uploads.add(file)));
  const choose = button("Choose a picture", () => files.click());
  const older = button("Find an older one", async () => {
    const media = await findOlder({ kinds: ["image"] });
    if (media) set(olderPicture(media));
    older.focus();
  });
  files.addEventListener("change", () => {
    take([...files.files]);
    files.value = "";
  });
  const node = element(
    "div", { role: "group", "aria-label": label, class: "picture-field", ...attributes },
    input, holder, element("p", { class: "actions" }, choose, older), files,
  );
  node.addEventListener("dragover", (event) => event.preventDefault());
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    take(filesIn(event.dataTransfer, { isPaste: false }));
  });
  node.addEventListener("paste", (event) => {
    const pasted = filesIn(event.clipboardData, { isPaste: true });
    if (pasted.length > 0) event.preventDefault();
    take(pasted);
  });
  let isShown = false;
  const end = onUploads(() => {
    isShown ||= node.isConnected;
    if (isShown && !node.isConnected) return end();
    const media = picture && uploads?.find(picture.id)?.media;
    if (media && !picture.isKnown) set(withUpload(picture, media));
    return draw();
  });
  if (current && !picture) drawLinked(current, holder, () => set(null));
  else draw();
  return node;
}

/** Draw a picture of another site: it can only be taken out, or another put in its place. */
function drawLinked({ url }, holder, remove) {
  holder.replaceChildren(
    element("div", { class: "preview" }, element("img", { src: url, alt: "" })),
    element("p", { class: "actions" }, button("Take it out", remove)),
  );
}

function known({ media, alt, caption, credit, focal }) {
  const words = { alt: alt === caption ? "" : alt ?? "", caption: caption ?? "", credit: credit ?? "" };
  return { ...draftPicture({ id: media, kind: "image", isOwn: false }), ...words, focal: focal ?? null, isKnown: true };
}
