// The pictures of a draft: their words, their order, and the blocks and requests that they become. Pure.

import { step } from "./outbox.js";
import { kindOf, offeredWords } from "./uploads.js";

const WORDS = { image: ["alt", "caption", "credit"], video: ["caption", "credit"], audio: ["caption", "credit"] };

/**
 * Return a picture of a draft, of an upload or of an older one of the library. `touched` names the words that a person has
 * typed: the others are those of the upload. `isOwn` says that it was uploaded for this draft.
 */
export function draftPicture({ id, kind, name = "", isOwn = true, place = "above" }) {
  return { id, kind, name, isOwn, place, alt: "", caption: "", credit: "", focal: null, touched: [], isKnown: false };
}

/** Return the picture of an older upload, with the words that are kept with it. */
export function olderPicture(media, place) {
  const { id, kind } = media;
  const words = { alt: media.alt ?? "", caption: media.caption ?? "", credit: media.credit ?? "" };
  const name = media.caption || media.alt || "";
  return { ...draftPicture({ id, kind, name, isOwn: false, place }), ...words, focal: media.focal ?? null, isKnown: true };
}

/** Return the picture of a file that was chosen now. */
export function chosenPicture({ id, name, type }, place) {
  return draftPicture({ id, kind: kindOf(type), name, place });
}

/** Return the picture with what is known once it is uploaded: its kind, and words out of the file where none was typed. */
export function withUpload(picture, media) {
  if (picture.isKnown) return picture;
  return { ...picture, kind: media.kind, ...offeredWords(media, picture.touched), isKnown: true };
}

/** Return the picture with a word as a person has typed it, or with a focal point. */
export function withWord(picture, word, value) {
  return { ...picture, [word]: value, touched: [...new Set([...picture.touched, word])] };
}

/** Return the pictures with one moved by a place up (-1) or down (1). */
export function moved(pictures, id, by) {
  const from = pictures.findIndex((picture) => picture.id === id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= pictures.length) return pictures;
  const changed = [...pictures];
  changed.splice(to, 0, ...changed.splice(from, 1));
  return changed;
}

/** Return the block that shows a picture. A word that nobody typed is left out until it is known what the file says. */
export function blockOf(picture, blockId) {
  const words = (WORDS[picture.kind] ?? []).filter((word) => picture.isKnown || picture.touched.includes(word));
  // Sent empty too: what a block leaves out is what its upload says.
  const said = Object.fromEntries(words.map((word) => [word, picture[word].trim()]));
  const focal = picture.kind === "image" && picture.focal ? { focal: picture.focal } : {};
  return { id: blockId, type: picture.kind, media: picture.id, ...said, ...focal };
}

/**
 * Return the write that keeps what was typed beside a new picture with its upload too, so that it is found by it later;
 * null if nothing was.
 */
export function wordsStep(picture, { newKey }) {
  const words = [...(WORDS[picture.kind] ?? []), "focal"].filter((word) => picture.touched.includes(word));
  if (!picture.isOwn || words.length === 0) return null;
  const said = (word) => (word === "focal" ? picture.focal : picture[word].trim() || null);
  const body = Object.fromEntries(words.map((word) => [word, said(word)]));
  return step("PATCH", `/v1/newsroom/media/${picture.id}`, body, { ifMatch: "*", newKey });
}

/** Return a focal point as parts of the picture, within it, with two decimals. */
export function focalAt(x, y) {
  const part = (value) => Math.round(Math.min(1, Math.max(0, value)) * 100) / 100;
  return { x: part(x), y: part(y) };
}

/**
 * Return the files of a paste or a drop. A paste that has text is the text's: a word processor adds a picture of it. Only the
 * names of the files themselves are no such text.
 */
export function filesIn(transfer, { isPaste }) {
  const files = [...(transfer?.files ?? [])];
  if (!isPaste) return files;
  const text = transfer?.getData?.("text/plain")?.trim() ?? "";
  const isNames = text.split(/[\r\n]+/).every((line) => files.some(({ name }) => line.trim().endsWith(name)));
  if (text && !isNames) return [];
  return files.filter(({ type }) => /^(image|video|audio)\//.test(type));
}
