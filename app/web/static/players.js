// The hook of embeds in a page: what shows them is loaded once there is one that has a frame.

import { loadLate } from "./late_module.js";
import { wordsInUse } from "./words.js";

/** Let the reader show the frame of each embed in `root`; until they do, nothing is fetched from its provider. */
export function offerPlayers(root) {
  if (!root.querySelector("[data-frame]")) return;
  const words = wordsInUse();
  // Out of reach: the card stays, with its link, until the next one is drawn.
  loadLate(() => import("./embeds/frames.js")).then(({ offerFrames }) => offerFrames(root, words), () => {});
}
