// The order in which a list is drawn while somebody points at it: nothing that is shown changes its place. Pure.

/**
 * Return what to draw of a list that is held still, and what waits: `order` has the ids that are shown, each where it
 * is, and after them what is older than all of these; `arrived` the ids above or between them, which are not shown yet.
 */
export function heldOrder(shown, read) {
  const known = new Set(shown);
  const last = read.reduce((found, id, index) => (known.has(id) ? index : found), -1);
  const isBelow = (id, index) => !known.has(id) && index > last && last >= 0;
  return {
    order: [...shown, ...read.filter(isBelow)],
    arrived: read.filter((id, index) => !known.has(id) && !isBelow(id, index)),
  };
}

/** Return the words of the button that shows what has arrived. */
export function arrivedWords(count) {
  return `${count} new ↑`;
}
