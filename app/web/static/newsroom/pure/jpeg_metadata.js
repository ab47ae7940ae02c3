// The words that stand in a JPEG (EXIF, XMP, IPTC), carried over into the smaller one that is sent in its place. Pure.
// The server reads caption, credit and rights out of them, and keeps nothing else of them.

const EXIF = "Exif\0\0";
const XMP = "http://ns.adobe.com/xap/1.0/\0";
const IPTC = "Photoshop 3.0\0";
const APP0 = 0xe0;
const START_OF_SCAN = 0xda;
const ORIENTATION = 0x0112;

/** Return the segments of a JPEG that have words, with the orientation taken out: the picture is drawn upright. */
export function wordSegments(bytes) {
  return segments(bytes)
    .filter((segment) => [EXIF, XMP, IPTC].some((name) => hasName(segment, name)))
    .map((segment) => segment.slice())
    .map((segment) => (hasName(segment, EXIF) ? uprightExif(segment) : hasName(segment, XMP) ? uprightXmp(segment) : segment));
}

/** Return a JPEG with segments put in front of its own; the same bytes if it is no JPEG. */
export function withSegments(bytes, added) {
  if (!isJpeg(bytes) || added.length === 0) return bytes;
  const after = segments(bytes).find((segment) => segment[1] === APP0);
  const at = 2 + (after && after.byteOffset === bytes.byteOffset + 2 ? after.length : 0);
  const size = added.reduce((sum, { length }) => sum + length, bytes.length);
  const made = new Uint8Array(size);
  made.set(bytes.subarray(0, at));
  let next = at;
  for (const segment of added) {
    made.set(segment, next);
    next += segment.length;
  }
  made.set(bytes.subarray(at), next);
  return made;
}

function isJpeg(bytes) {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

/** Return the segments in front of the picture itself, each with its marker and length; none that is cut off. */
function segments(bytes) {
  const found = [];
  if (!isJpeg(bytes)) return found;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== START_OF_SCAN; ) {
    const length = 2 + (bytes[at + 2] << 8) + bytes[at + 3];
    if (length < 4 || at + length > bytes.length) break;
    found.push(bytes.subarray(at, at + length));
    at += length;
  }
  return found;
}

function hasName(segment, name) {
  return [...name].every((letter, index) => segment[4 + index] === letter.charCodeAt(0));
}

function uprightExif(segment) {
  const tiff = new DataView(segment.buffer, segment.byteOffset + 4 + EXIF.length, segment.length - 4 - EXIF.length);
  if (tiff.byteLength < 8) return segment;
  const isLittle = tiff.getUint16(0) === 0x4949;
  const directory = tiff.getUint32(4, isLittle);
  if (directory + 2 > tiff.byteLength) return segment;
  const count = tiff.getUint16(directory, isLittle);
  for (let index = 0; index < count; index += 1) {
    const at = directory + 2 + 12 * index;
    if (at + 12 > tiff.byteLength) break;
    if (tiff.getUint16(at, isLittle) === ORIENTATION) tiff.setUint16(at + 8, 1, isLittle);
  }
  return segment;
}

function uprightXmp(segment) {
  const text = [...segment].map((byte) => String.fromCharCode(byte)).join("");
  for (const match of text.matchAll(/tiff:Orientation(?:="|='|>)([2-8])/g)) {
    segment[match.index + match[0].length - 1] = "1".charCodeAt(0);
  }
  return segment;
}
