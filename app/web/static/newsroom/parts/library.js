// Older pictures: found by the words that are kept with them, and chosen to be shown again.

import { element } from "../../entries.js";
import { button, show } from "../drawing/dialogs.js";
import { problemPlace } from "../drawing/notices.js";
import { get } from "../drawing/session.js";

const KINDS = { image: "Picture", video: "Film", audio: "Sound" };

/** Let a person find an older upload; return what the API says of it, or null when they have chosen none. */
export function findOlder({ kinds = Object.keys(KINDS) } = {}) {
  return new Promise((resolve) => {
    const { beside, trying } = problemPlace();
    const words = element("input", { type: "search", autocomplete: "off" });
    const said = element("p", { class: "hint", role: "status" });
    const found = element("ul", { class: "found-pictures", "aria-label": "Found" });
    const more = button("More", () => trying(() => read(position)), { hidden: true });
    let position = null;
    let chosen = null;
    let turn = 0;
    const read = async (from) => {
      const mine = (turn += 1);
      const query = new URLSearchParams({ q: words.value.trim(), limit: "24", ...(from ? { position: from } : {}) });
      const { body } = await get(`/v1/newsroom/media?${query}`);
      if (mine !== turn) return; // other words were asked for since
      const items = body.items.filter(({ kind }) => kinds.includes(kind)).map(draw);
      if (from) found.append(...items);
      else found.replaceChildren(...items);
      position = body.next;
      more.hidden = position === null;
      said.textContent = found.childElementCount === 0 ? "Nothing found." : "";
    };
    const draw = (media) => element(
      "li", {},
      (media.kind === "image" || media.poster) && element("img", { src: media.poster ?? media.url, alt: "", loading: "lazy" }),
      element("p", {}, media.caption || media.alt || KINDS[media.kind], media.credit && element("small", {}, ` ${media.credit}`)),
      button("Use it", () => {
        chosen = media;
        dialog.close();
      }, { "aria-label": `Use ${media.caption || media.alt || KINDS[media.kind]}` }),
    );
    const search = element(
      "form", { role: "search" },
      element(
        "p", { class: "row" },
        element("label", {}, "Words in caption, credit or description ", words), element("button", {}, "Search"),
      ),
    );
    search.addEventListener("submit", (event) => {
      event.preventDefault();
      trying(() => read(null));
    });
    const dialog = show("Older pictures", search, beside, said, found, element("p", {}, more));
    dialog.addEventListener("close", () => resolve(chosen), { once: true });
    words.focus();
    trying(() => read(null));
  });
}
