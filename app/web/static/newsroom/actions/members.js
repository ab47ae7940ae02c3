// A story's members, managed by its editors.

import { element } from "../../entries.js";
import { button, drawChoice, show } from "../drawing/dialogs.js";
import { listPeople } from "./people_picker.js";
import { problemPlace } from "../drawing/notices.js";
import { get, send } from "../drawing/session.js";

const OTHER = { reporter: ["editor", "Make editor"], editor: ["reporter", "Make reporter"] };

/** Show a story's members, to be added, changed and removed. Throws a problem. */
export async function showMembers(story) {
  const members = new Members(story, await listPeople(story));
  await members.read();
  members.draw();
  show(`Members of ${story.title}`, members.content);
}

class Members {
  constructor(story, known) {
    Object.assign(this, { known, path: `/v1/newsroom/stories/${story.id}/members` });
    Object.assign(this, problemPlace());
    this.said = element("p", { class: "unseen", role: "status" });
    this.list = element("ul", { class: "people" });
    this.adding = element("form", { class: "adding", "aria-label": "Add somebody" });
    this.adding.addEventListener("submit", (event) => {
      event.preventDefault();
      this.add();
    });
    const who = story.settings.members_only
      ? "Only members and admins see this story in the newsroom."
      : "Everybody of the newsroom sees this story; members have the role below in it, if that is more than their own.";
    this.content = [element("p", { class: "hint" }, who), this.beside, this.said, this.list, this.adding];
  }

  async read() {
    const { body: { items } } = await get(this.path);
    this.items = items;
  }

  draw() {
    const rows = this.items.map((member) => this.drawMember(member));
    this.list.replaceChildren(...(rows.length > 0 ? rows : [element("li", { class: "hint" }, "Nobody yet.")]));
    this.drawAdding();
  }

  drawMember({ person, name, role }) {
    const [other, words] = OTHER[role];
    const named = { "data-person": person, "aria-label": `${words}: ${name}` };
    return element(
      "li", { class: "row", "data-person": person },
      element("span", { class: "grows" }, element("b", {}, name), ` ${role}`),
      button(words, () => this.put(person, other, `${name} is ${other} here now.`), named),
      button("Remove", () => this.remove(person, name), { "aria-label": `Remove ${name}` }),
    );
  }

  drawAdding() {
    const absent = this.known.filter(({ id }) => !this.items.some(({ person }) => person === id));
    const options = [...absent.map(({ id, name }) => [id, name]), ["", "Somebody else, by id"]];
    const person = drawChoice(options, null, { name: "member" });
    const id = element("input", { name: "member_id", autocomplete: "off", spellcheck: "false" });
    const role = drawChoice(["reporter", "editor"], "reporter", { name: "member_role" });
    const byId = element("label", {}, "Their id, which an admin can tell", id);
    const adapt = () => {
      byId.hidden = person.value !== "";
    };
    person.addEventListener("change", adapt);
    adapt();
    this.adding.replaceChildren(
      element("h3", {}, "Add somebody"),
      element("div", { class: "row" }, element("label", {}, "Who", person), element("label", {}, "As", role)),
      byId,
      element("button", {}, "Add"),
    );
  }

  async add() {
    const { member, member_id: id, member_role: role } = this.adding.elements;
    const person = member.value || id.value.trim();
    if (person) await this.put(person, role.value);
    else await this.trying(() => Promise.reject({ detail: "Say who it is: ask an admin for their id." }));
  }

  async put(person, role, said) {
    await this.changing(async () => {
      const member = await send("PUT", `${this.path}/${encodeURIComponent(person)}`, { role });
      return said ?? `${member.name} is a member now.`;
    }, () => this.list.querySelector(`button[data-person="${CSS.escape(person)}"]`));
  }

  async remove(person, name) {
    await this.changing(async () => {
      await send("DELETE", `${this.path}/${person}`);
      return `${name} is no member any more.`;
    }, () => this.list.querySelector("button") ?? this.adding.querySelector("select"));
  }

  /** Change something, draw the members anew, and focus what `focus()` returns; what is refused leaves all as it is. */
  async changing(action, focus) {
    await this.trying(async () => {
      this.said.textContent = await action();
      await this.read();
      this.draw();
      focus()?.focus();
    });
  }
}
