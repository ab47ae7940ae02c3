// Players for films of two providers, loaded once the reader asks: until then nothing is fetched from them.

import { element, said } from "./entries.js";

const YOUTUBE = "https://www.youtube-nocookie.com/embed/";
const VIMEO = "https://player.vimeo.com/video/";
const ADDRESSES = [
  [/^https:\/\/(?:www\.|m\.)?youtube\.com\/watch\?(?:.*&)?v=([\w-]{11})(?:[&#]|$)/, YOUTUBE],
  [/^https:\/\/(?:www\.|m\.)?youtube\.com\/(?:shorts|live|embed)\/([\w-]{11})(?:[/?#]|$)/, YOUTUBE],
  [/^https:\/\/youtu\.be\/([\w-]{11})(?:[/?#]|$)/, YOUTUBE],
  [/^https:\/\/(?:www\.)?vimeo\.com\/(\d{1,12})(?:[/?#]|$)/, VIMEO],
];

/** Return the player's address for a film's, or null when it has none. */
function playerAddress(url) {
  for (const [pattern, player] of ADDRESSES) {
    const match = pattern.exec(url);
    if (match) return player + match[1];
  }
  return null;
}

/** Put a button beside each film's link; pressing it replaces both with the player. */
export function offerPlayers(root) {
  for (const figure of root.querySelectorAll("figure.lb-embed[data-url]")) {
    const src = playerAddress(figure.dataset.url);
    if (src === null || figure.querySelector("button")) continue;
    const button = said("button", "play", { type: "button", class: "play" });
    button.addEventListener("click", () => {
      button.remove();
      const title = figure.textContent.trim();
      figure.replaceChildren(element("iframe", { src, title, allowfullscreen: true, loading: "lazy" }));
      figure.classList.add("is-playing");
    });
    figure.append(button);
  }
}
