// The dialog that moves an entry in the timeline, drawn as readers see it: one up, one down, or beside any other.

import { element } from "../../entries.js";
import { briefly } from "../../pins_and_key_points.js";
import { truncate } from "../../truncate.js";
import { button, show } from "../drawing/dialogs.js";
import { problemPlace } from "../drawing/notices.js";
import { get, send } from "../drawing/session.js";
import { momentText } from "../pure/time_zones.js";

const PAGE = 20;

/** Show an entry's place in the timeline, with all the places it can be moved to. Throws a problem. */
export async function showMoveDialog(entry, story, onMoved) {
  const dialog = new MoveDialog(entry, story, onMoved);
  await dialog.read();
  dialog.draw("Where does this entry stand?");
}

class MoveDialog {
  constructor(entry, story, onMoved) {
    Object.assign(this, { entry, story, onMoved });
    this.items = [];
    this.said = element("p", { class: "hint", role: "status" });
    Object.assign(this, problemPlace());
    this.list = element("ol", { class: "places" });
  }

  /** Read the public timeline around the entry. */
  async read() {
    const query = `around=${this.entry.id}&limit=${PAGE}`;
    const { body } = await get(`/v1/stories/${this.story.id}/entries?${query}`);
    Object.assign(this, { items: body.items, newer: body.prev, older: body.next });
  }

  draw(title) {
    const hint = "As readers see it, the newest first. The time that is shown stays as it is.";
    this.drawList();
    show(title, element("p", { class: "hint" }, hint), this.said, this.beside, this.list);
    const own = this.list.querySelector("[aria-current]");
    own.querySelector("button:enabled")?.focus();
    own.scrollIntoView({ block: "center" });
  }

  drawList() {
    const at = this.items.findIndex(({ id }) => id === this.entry.id);
    const more = (words, url, side) => url && element("li", {}, button(words, () => this.readMore(url, side)));
    const gap = (index) => (index === at || index === at + 1 ? null : this.drawGap(index));
    const rows = this.items.flatMap((item, index) => [
      gap(index), index === at ? this.drawOwn(item, at) : element("li", {}, this.line(item)),
    ]);
    this.list.replaceChildren(...[
      more("Show newer ones", this.newer, "newer"), ...rows, gap(this.items.length),
      more("Show older ones", this.older, "older"),
    ].filter(Boolean));
  }

  drawOwn(item, at) {
    const step = (name, words, target, side) => button(words, () => this.move(target, side, name), {
      "data-step": name, disabled: target === undefined,
    });
    return element(
      "li", { "aria-current": "true" }, this.line(item),
      element("p", { class: "actions" },
        step("up", "Move up", this.items[at - 1], "before"), step("down", "Move down", this.items[at + 1], "after")),
    );
  }

  drawGap(index) {
    const [above, below] = [this.items[index - 1], this.items[index]];
    const go = () => (below ? this.move(below, "before") : this.move(above, "after"));
    const where = [above && `below “${brief(above)}”`, below && `above “${brief(below)}”`].filter(Boolean).join(", ");
    return element("li", { class: "gap" }, button("Move here", go, { "aria-label": `Move here, ${where}` }));
  }

  line(item) {
    const at = element("time", { class: "hint", datetime: item.time }, momentText(item.time, this.story));
    return element("p", {}, at, " ", brief(item));
  }

  /** Put the entry beside another one; the button that was pressed, or its like, has the focus afterwards. */
  async move(target, side, step = "up") {
    this.said.textContent = "";
    await this.trying(async () => {
      const path = `/v1/stories/${this.story.id}/entries/${this.entry.id}/move`;
      await send("POST", path, { [side]: target.id });
      await this.read();
      this.drawList();
      this.said.textContent = `Moved. It stands ${side === "before" ? "above" : "below"} “${brief(target)}” now.`;
      const own = this.list.querySelector("[aria-current]");
      (own.querySelector(`[data-step="${step}"]:enabled`) ?? own.querySelector("button:enabled"))?.focus();
      this.onMoved();
    });
  }

  async readMore(url, side) {
    await this.trying(async () => {
      const { pathname, search } = new URL(url, location.origin);
      const { body } = await get(pathname + search);
      const isNewer = side === "newer";
      this.items = isNewer ? [...body.items, ...this.items] : [...this.items, ...body.items];
      if (isNewer) this.newer = body.prev;
      else this.older = body.next;
      this.drawList();
      this.list.querySelector(isNewer ? "button" : "li:last-child button")?.focus();
    });
  }
}

function brief(item) {
  return truncate(briefly(item), 80);
}
