// The pictures of what is being written: chosen, taken, dropped or pasted, or found again; in their order, with their words.

import { announce, tried } from "../drawing/notices.js";
import { drawAfterPress } from "../drawing/press_guard.js";
import { chosenPicture, filesIn, moved, olderPicture, withUpload, withWord } from "../pure/draft_pictures.js";
import { findOlder } from "./library.js";
import { drawPictureItem } from "./picture_item.js";
import { forgetUploads, onUploads, uploads } from "./uploads_here.js";

const MOST = 20; // an entry has room for more, a screen has not
const form = document.getElementById("composer");
const place = document.getElementById("picture-list");
const section = document.getElementById("pictures");
const $ = (id) => document.getElementById(id);
const drawn = new Map();
let pictures = [];
let onChanged = null;

/** Begin to take pictures. `changed` is called whenever they, or their words, change. */
export function beginPictures(changed) {
  onChanged = changed;
  for (const [opener, files] of [["picture-choose", "picture-files"], ["picture-camera", "picture-taken"]]) {
    $(opener).addEventListener("click", () => $(files).click());
    $(files).addEventListener("change", () => {
      add([...$(files).files]);
      $(files).value = ""; // so that the same one can be chosen again
    });
  }
  $("picture-older").addEventListener("click", tried(async () => {
    const media = await findOlder();
    if (media === null || pictures.some(({ id }) => id === media.id)) return;
    change([...pictures, olderPicture(media, lastPlace())]);
    drawn.get(media.id)?.node.querySelector("input")?.focus();
  }));
  form.addEventListener("paste", (event) => {
    const files = filesIn(event.clipboardData, { isPaste: true });
    if (files.length === 0) return;
    event.preventDefault();
    add(files);
  });
  acceptDrops();
  onUploads(lookAtUploads);
}

/** Return the pictures, as a draft keeps them. */
export function picturesNow() {
  return pictures;
}

/** Show the pictures of another draft. What is not shown any more stays where it is: it may be on its way to the server. */
export function fillPictures(others) {
  pictures = [...others];
  draw();
  lookAtUploads();
}

/** Take the pictures of a text that is thrown away out of the browser. */
export function dropPictures(others) {
  forgetUploads(others.filter(({ isOwn }) => isOwn).map(({ id }) => id));
}

function acceptDrops() {
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let depth = 0;
  const mark = (by) => {
    depth = Math.max(0, depth + by);
    form.classList.toggle("is-dropping", depth > 0);
  };
  form.addEventListener("dragenter", (event) => hasFiles(event) && mark(1));
  form.addEventListener("dragleave", (event) => hasFiles(event) && mark(-1));
  form.addEventListener("drop", (event) => {
    mark(-depth);
    if (hasFiles(event)) add(filesIn(event.dataTransfer, { isPaste: false }));
  });
  for (const type of ["dragover", "drop"]) { // beside the form a file would take the page's place
    document.addEventListener(type, (event) => hasFiles(event) && event.preventDefault());
  }
}

function add(files) {
  const room = Math.max(0, MOST - pictures.length);
  if (files.length > room) announce(`An entry takes ${MOST} pictures here: ${files.length - room} more were left out.`);
  const taken = files.slice(0, room).map((file) => chosenPicture(uploads.add(file), lastPlace()));
  if (taken.length > 0) change([...pictures, ...taken]);
}

function lastPlace() {
  return pictures.at(-1)?.place ?? "above";
}

function change(now) {
  pictures = now;
  draw();
  onChanged();
}

/** Take over what is known of the uploads now: words out of their files, and what became of them. */
function lookAtUploads() {
  const known = pictures.map((picture) => {
    const media = uploads?.find(picture.id)?.media;
    return media ? withUpload(picture, media) : picture;
  });
  const isNew = known.some((picture, index) => picture !== pictures[index]);
  pictures = known;
  draw();
  if (isNew) onChanged();
}

function draw() {
  drawAfterPress("pictures", drawNow);
}

function drawNow() {
  for (const [id, { node }] of drawn) {
    if (pictures.some((picture) => picture.id === id)) continue;
    node.remove();
    drawn.delete(id);
  }
  pictures.forEach((picture, index) => {
    const { id } = picture;
    if (!drawn.has(id)) drawn.set(id, drawPictureItem(picture, handlersOf(id)));
    const { node, show } = drawn.get(id);
    if (place.children[index] !== node) {
      const focused = node.contains(document.activeElement) ? document.activeElement : null;
      place.insertBefore(node, place.children[index] ?? null);
      focused?.focus({ preventScroll: true });
    }
    show(picture, index + 1, pictures.length);
  });
  place.hidden = pictures.length === 0;
  const { activeElement } = document;
  if (section.contains(activeElement)) activeElement.scrollIntoView({ block: "nearest" }); // what came above has moved it
}

function handlersOf(id) {
  const set = (make) => change(pictures.map((picture) => (picture.id === id ? make(picture) : picture)));
  return {
    word: (word, value) => set((picture) => withWord(picture, word, value)),
    move: (by) => {
      const opener = document.activeElement;
      change(moved(pictures, id, by));
      if (opener?.isConnected) (opener.disabled ? opener.parentElement.querySelector("button:not(:disabled)") : opener)?.focus();
    },
    remove: () => {
      const index = pictures.findIndex((picture) => picture.id === id);
      const gone = pictures[index];
      change(pictures.filter((picture) => picture.id !== id));
      if (gone.isOwn) forgetUploads([id]);
      const next = pictures[index] ?? pictures[index - 1];
      (next ? drawn.get(next.id).node.querySelector("input") : $("picture-choose")).focus({ preventScroll: true });
    },
  };
}
