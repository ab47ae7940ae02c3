// The audit, for admins: who did what and when, newest first, with filters and export as a file.

import { element } from "../../entries.js";
import { button, drawChoice, show } from "../drawing/dialogs.js";
import { namesOf } from "../drawing/titles.js";
import { problemPlace } from "../drawing/notices.js";
import { download, get, session } from "../drawing/session.js";
import { stories } from "../parts/stories.js";
import { nameOf } from "../pure/story_states.js";
import { fromZone, momentText, ownZone } from "../pure/time_zones.js";

const PAGE = 20;
const NOBODY = { admin: "The operator", clock: "By itself" };
const ACTIONS = [
  "create", "edit", "submit", "return", "reject", "publish", "schedule", "cancel", "discard", "come_due", "unpublish",
  "retract", "reinstate", "correct", "move", "expire", "remove", "pin", "unpin", "link", "freeze", "thaw", "revert",
  "invite", "revoke", "disable", "enable", "sign_in", "sign_out", "approve", "spam", "answer", "make_entry", "report",
  "appeal", "block", "unblock", "set_hold_words",
];

/** Show the audit. Throws a problem. */
export async function showAudit() {
  const [{ body: { items: people } }, { body: { items: tokens } }] = await Promise.all([
    get("/v1/newsroom/people"), get("/v1/newsroom/tokens"),
  ]);
  const audit = new Audit(people, tokens);
  show("Audit: who did what", audit.content);
  await audit.read();
}

class Audit {
  constructor(people, tokens) {
    Object.assign(this, { people, tokens, next: null, turn: 0 });
    const named = [...people, ...tokens].map(({ id, name, label }) => [id, name ?? label]);
    this.names = new Map([...Object.entries(NOBODY), ...named]);
    Object.assign(this, problemPlace());
    this.said = element("p", { class: "hint", role: "status" });
    this.list = element("ol", { class: "audit" });
    this.more = element("p", { hidden: true }, button("More", () => this.read(this.next)));
    this.filter = element("form", {}, this.drawFilter());
    this.filter.addEventListener("submit", (event) => {
      event.preventDefault();
      this.read();
    });
    this.content = [
      element("details", {}, element("summary", {}, "Only some of it"), this.filter),
      element("p", { class: "actions" },
        this.exportLink("csv", "Export for a spreadsheet (CSV)"), this.exportLink("ndjson", "Export as NDJSON")),
      this.beside, this.said, this.list, this.more,
    ];
  }

  drawFilter() {
    const anybody = (items, words) => [["", words], ...items];
    const zone = ownZone();
    const choice = (label, name, options) => element("label", {}, label, drawChoice(options, "", { name }));
    const time = (label, name) => element("label", {}, label, element("input", { type: "datetime-local", name }));
    return [
      choice("Who", "person", anybody(this.people.map(({ id, name }) => [id, name]), "Anybody")),
      choice("With which token", "token", anybody(
        [["admin", "The operator's"], ...this.tokens.map(({ id, label }) => [id, label])], "Any",
      )),
      choice("In which story", "story", anybody(stories.map((story) => [story.id, nameOf(story)]), "Any, or none")),
      element("label", {}, "What", element("input", { name: "action", list: "audit-actions", autocomplete: "off" })),
      element("datalist", { id: "audit-actions" }, ACTIONS.map((value) => element("option", { value }))),
      element("div", { class: "row" }, time(`From (${zone})`, "since"), time(`Up to (${zone})`, "until")),
      element("button", {}, "Show these"),
    ];
  }

  /** Return the chosen filters as a query. Throws a problem for a local time that does not exist. */
  query(more) {
    const query = new URLSearchParams(more);
    for (const field of this.filter.querySelectorAll("[name]")) {
      const value = field.type === "datetime-local" ? fromZone(field.value, ownZone()) : field.value.trim();
      if (value) query.set(field.name, value);
    }
    return query;
  }

  exportLink(format, words) {
    const link = element("a", { href: `/v1/newsroom/audit?format=${format}`, download: `audit.${format}` }, words);
    link.addEventListener("click", (event) => {
      if (session.token !== null) event.preventDefault(); // a link cannot carry a token, only a cookie
      this.trying(async () => {
        link.href = `/v1/newsroom/audit?${this.query({ format })}`;
        if (session.token !== null) await download(link.href, link.download);
      });
    });
    return link;
  }

  async read(position = null) {
    await this.trying(async () => {
      const turn = (this.turn += 1);
      const query = this.query({ limit: PAGE, ...(position && { position }) });
      const { body: { items, next } } = await get(`/v1/newsroom/audit?${query}`);
      if (turn !== this.turn) return; // something else was asked for since
      const drawn = items.map((item) => this.drawLine(item));
      if (position) this.list.append(...drawn);
      else this.list.replaceChildren(...drawn);
      this.next = next;
      this.more.hidden = next === null;
      this.said.textContent = this.list.children.length > 0 ? `Times in ${ownZone()}.` : "Nothing like that was done.";
      if (position) drawn[0]?.focus();
      await this.nameEntries(items);
    });
  }

  /** Put the words of entries in place of their ids. */
  async nameEntries(items) {
    const names = await namesOf(items.filter(({ object }) => object === "entry").map((item) => (
      { story: item.story, entry: item.object_id }
    )));
    for (const place of this.list.querySelectorAll("[data-names]")) {
      const name = names.get(place.dataset.names);
      if (name) place.textContent = name;
    }
  }

  drawLine(item) {
    const token = item.person && this.names.get(item.token);
    const course = courseOf(item);
    return element(
      "li", { tabindex: "-1", "data-audit": String(item.id) },
      element(
        "p", { class: "row" },
        element("b", {}, this.names.get(item.person ?? item.token) ?? item.person ?? item.token),
        element("span", {}, `${item.action.replaceAll("_", " ")} ${item.object}`),
        course && element("span", { class: "state" }, course),
      ),
      item.object !== "site" && element("p", {}, this.named(item.object_id)),
      element(
        "p", { class: "hint" }, momentText(item.at),
        item.object !== "story" && item.story && [" · ", this.named(item.story)],
        token && ` · with “${token}”`,
      ),
    );
  }

  /** Draw a thing's name, or its id until the name has been read. */
  named(id) {
    const name = this.names.get(id) ?? stories.find((story) => story.id === id)?.title;
    return element("span", name ? {} : { "data-names": id }, name ?? id);
  }
}

/** Return from which status or role to which something changed; "" if neither did. */
function courseOf({ before, after }) {
  const [from, to] = [before, after].map((state) => state?.status ?? state?.role ?? null);
  return from === to ? "" : `${from ?? "nothing"} → ${to ?? "nothing"}`;
}
