// A slim bar over the page once its title is out of sight: what this is, whether it is live, and as of when if not.

import { element, when } from "../entries.js";
import { say, statusKey } from "../words.js";

const LIVE = { "status.live": "list.live", "status.paused": "list.paused" };

export class StoryBar {
  #bar;
  #title = element("button", { type: "button", class: "bar-title" });
  #status = element("span", { class: "bar-status" });
  #line = document.getElementById("connection");
  #heard = new Date();

  constructor(main, place) {
    this.#bar = element("div", { class: "bar", hidden: true }, this.#title, this.#status);
    this.#title.addEventListener("click", () => {
      place.goToTop();
      const title = main.querySelector("h1");
      title.tabIndex = -1;
      title.addEventListener("blur", () => title.removeAttribute("tabindex"), { once: true });
      title.focus({ preventScroll: true });
    });
    main.prepend(this.#bar);
    new IntersectionObserver((seen) => {
      const { isIntersecting, boundingClientRect } = seen.at(-1);
      this.#bar.hidden = isIntersecting || boundingClientRect.bottom > 0;
    }).observe(main.querySelector("header.story"));
    new MutationObserver(() => this.draw()).observe(this.#line, { childList: true });
  }

  /** Show this state; without one, the one of before. */
  draw(state = this.state) {
    this.state = state;
    document.getElementById("story").dataset.status = state.status;
    const { connection } = document.getElementById("story").dataset;
    if (connection === "live") this.#heard = new Date();
    const key = statusKey(state);
    const isOffline = this.#line.textContent !== "" && connection !== "refused";
    this.#title.textContent = document.querySelector("h1").textContent;
    this.#status.dataset.status = isOffline ? "offline" : state.status;
    this.#status.textContent = isOffline
      ? say("bar.offline", { time: when(this.#heard.toISOString(), state).time })
      : say(LIVE[key] ?? key);
  }
}
