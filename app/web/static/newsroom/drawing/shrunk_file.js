// Shrinks a picture before it is sent: a phone's camera makes more than any reader is shown, and its line is slow.

import { withSegments, wordSegments } from "../pure/jpeg_metadata.js";
import { mayShrink, shrunkSize } from "../pure/shrinking.js";

const HEAD_BYTES = 256 * 1024; // where a moving PNG says that it is one
const QUALITY = 0.9;

/**
 * Return the file to send: smaller, upright and with the words that stand in it, or the same one where it is small, moves, or
 * is of a kind that this browser does not decode.
 */
export async function shrunkFile(file) {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()); // throws for one that is gone since
  if (!mayShrink(file, head)) return file;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file; // HEIC in most browsers, or what is no picture: the server takes it, or says why not
  }
  try {
    const size = shrunkSize({ width: bitmap.width, height: bitmap.height, type: file.type });
    const drawn = size && (await drawnAt(bitmap, size));
    if (!drawn || drawn.type !== size.type || drawn.size >= file.size) return file;
    return new File([await worded(drawn, file)], file.name, { type: drawn.type });
  } finally {
    bitmap.close();
  }
}

function drawnAt(bitmap, { width, height, type }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
}

async function worded(drawn, file) {
  if (drawn.type !== "image/jpeg" || file.type !== "image/jpeg") return drawn;
  const [made, original] = await Promise.all([drawn.arrayBuffer(), file.arrayBuffer()]);
  return withSegments(new Uint8Array(made), wordSegments(new Uint8Array(original)));
}
