// What becomes of new entries for somebody who reads: where they had read to is marked, the pill leads to the first
// that was not seen, and who pauses the page is given nothing new until they ask for it.

import { element, said } from "../entries.js";
import { say } from "../words.js";

export class Arrivals {
  #timeline;
  #fresh;
  #place;
  #isReading;
  #newest = null; // id of the newest entry on the page when it was looked at last
  #isWaiting = false; // whether there were others then, which are not drawn yet
  #readTo = null; // id of the newest entry that was there before the last others came
  #isPressed = false;
  isPaused = false;

  constructor({ timeline, fresh, place }) {
    this.#timeline = timeline;
    this.#fresh = fresh;
    this.#place = place;
    this.#isReading = place.isReading.bind(place);
    place.isReading = (root) => (this.isPaused && !this.#isPressed) || this.#isReading(root);
    fresh.addEventListener("click", () => this.#press(), { capture: true });
    this.look();
  }

  /** Look at what is on the page now, and mark where it was read to if others have come above. */
  look() {
    const newest = this.#timeline.querySelector(":scope > article")?.dataset.id ?? null;
    if (this.#isWaiting && this.#fresh.hidden && this.#newest !== null && newest !== this.#newest) {
      this.#readTo = this.#newest;
    }
    this.#newest = newest;
    this.#isWaiting = !this.#fresh.hidden;
    this.#drawMark();
  }

  /** Give nothing new from now on, or go on. Returns whether it is paused now. */
  togglePause() {
    this.isPaused = !this.isPaused;
    if (!this.isPaused && !this.#fresh.hidden && !this.#isReading(this.#timeline)) this.#drawWaiting();
    return this.isPaused;
  }

  /** Draw what waited for a reader at the top, who stays there. */
  #drawWaiting() {
    const focused = document.activeElement;
    this.#fresh.click();
    this.#place.goToTop();
    focused.focus({ preventScroll: true });
  }

  /** Before the page draws what waited; behind it comes #lead. */
  #press() {
    const readTo = this.#newest;
    this.#isPressed = true;
    this.#fresh.addEventListener("click", () => this.#lead(readTo), { once: true });
  }

  /** Lead to the first entry that had not been seen: the last above the mark. */
  #lead(readTo) {
    this.#isPressed = false;
    const first = this.#timeline.querySelector(`[id="entry-${readTo}"]`)?.previousElementSibling;
    if (!first) return;
    this.look();
    this.#place.openAt(first);
    if (window.scrollY === 0) this.#place.goToTop(); // all is in view: nobody is held there
    first.focus({ preventScroll: true });
  }

  #drawMark() {
    const mark = this.#timeline.querySelector(".read-to");
    const article = this.#readTo && document.getElementById(`entry-${this.#readTo}`);
    if (mark && mark.parentNode === article) return;
    mark?.remove();
    article?.prepend(said("p", "read_to", { class: "read-to" }));
  }
}

/** Return a button that pauses what arrives. */
export function pauseButton(arrivals) {
  const button = element("button", { type: "button", class: "pause", "aria-pressed": "false" }, say("pause"));
  button.dataset.say = "pause";
  button.addEventListener("click", () => button.setAttribute("aria-pressed", String(arrivals.togglePause())));
  return button;
}
