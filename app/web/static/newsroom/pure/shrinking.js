// Whether a picture is shrunk before it is sent, and to what. Pure: bytes and sizes in, a decision out.

const LONGEST_SIDE = 2_048; // the widest rendition that the server makes
const SMALL_BYTES = 400_000; // sent in a moment as it is, on a phone, too
const SHRUNK = ["image/jpeg", "image/png", "image/webp", "image/avif", "image/heic", "image/heif", ""];
const SEEN_THROUGH = ["image/png", "image/webp", "image/avif"];

/** Return whether it is worth decoding a file to see how large its picture is. */
export function mayShrink({ type, size }, head) {
  return SHRUNK.includes(type) && size > SMALL_BYTES && !isAnimated(head);
}

/** Return {width, height, type} to draw a picture at, or null to send it as it is. */
export function shrunkSize({ width, height, type }) {
  const longest = Math.max(width, height);
  if (!(longest > LONGEST_SIDE)) return null;
  const scaled = (side) => Math.max(1, Math.round((side * LONGEST_SIDE) / longest));
  return { width: scaled(width), height: scaled(height), type: SEEN_THROUGH.includes(type) ? "image/webp" : "image/jpeg" };
}

/** Return whether the first bytes of a file are those of a picture that moves: drawn, it would stand still. */
export function isAnimated(bytes) {
  const text = (from, length) => String.fromCharCode(...bytes.subarray(from, from + length));
  if (text(0, 4) === "RIFF" && text(8, 4) === "WEBP") return text(12, 4) === "VP8X" && (bytes[20] & 0x02) !== 0;
  if (text(1, 3) === "PNG") return text(0, bytes.length).includes("acTL");
  if (text(4, 4) === "ftyp") return text(8, 4) === "avis";
  return text(0, 3) === "GIF";
}
