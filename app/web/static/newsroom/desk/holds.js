// The holds of a publication. Pure.

/** The seconds that are offered; the second is what a desk begins with. */
export const HOLDS = [0, 5, 10, 30];

/** Return for how long a draft is held: what is urgent, or mends what readers have wrong, goes out at once. */
export function holdOf({ importance, correction = "" }, ownSeconds) {
  return importance === "breaking" || correction.trim() !== "" ? 0 : ownSeconds;
}
