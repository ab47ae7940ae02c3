// Shows a picture as large as the window, with its caption; Escape, the button and a press beside it lead back.

import { element, said } from "../entries.js";

/** Open the picture of a figure. The focus comes back to `opener`. */
export function enlarge(figure, opener) {
  const picture = figure.querySelector("img").cloneNode();
  picture.removeAttribute("loading");
  if (picture.srcset) picture.sizes = "100vw";
  const caption = figure.querySelector("figcaption")?.cloneNode(true);
  const close = said("button", "close", { type: "button", class: "close" });
  const dialog = element("dialog", { class: "enlarged", "aria-label": opener.getAttribute("aria-label") }, picture, caption, close);
  dialog.addEventListener("click", ({ target }) => target !== picture && !target.closest("figcaption") && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener.focus({ preventScroll: true });
  });
  document.getElementById("story").append(dialog);
  dialog.showModal();
}
