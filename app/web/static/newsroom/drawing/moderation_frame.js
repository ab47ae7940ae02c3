// Draws what stands around the moderators' list: which replies are shown, what is done about those that are selected, and
// the line that says what was done.

import { element } from "../../entries.js";
import { button, drawChoice, show } from "./dialogs.js";
import { KEYS, LISTS, withCount } from "../pure/comment_words.js";

const BULK = [["approve", "Approve"], ["reject", "Reject"], ["spam", "Spam"], ["remove", "Remove"]];

/**
 * Draw the frame in `root` and return its places by name. `on` has what is called: `choose()`, `all()`, `bulk(action)`,
 * `arrived()`, `more()`, `blocks()` and `words()`.
 */
export function drawFrame(root, on) {
  const choose = (name, label, options) => {
    const choice = drawChoice(options, "", { name });
    choice.addEventListener("change", on.choose);
    return [choice, element("label", {}, label, choice)];
  };
  const [shown, showLine] = choose("list", "Show", LISTS.map(({ name, words }) => [name, words]));
  const [story, storyLine] = choose("story", "Story", [["", "All stories"]]);
  const all = element("input", { type: "checkbox" });
  all.addEventListener("change", on.all);
  const p = (attributes, ...content) => element("p", attributes, ...content);
  const bulk = BULK.map(([action, words]) => button(words, () => on.bulk(action), { "data-bulk": action, disabled: true }));
  const selected = element("span", { class: "hint selected" });
  const places = {
    shown, story, all, bulk, selected,
    rules: [button("Blocked networks", on.blocks, { hidden: true }), button("Hold-words", on.words, { hidden: true })],
    bulkBar: p({ class: "bulk actions", hidden: true }, element("label", { class: "tick" }, all, element("span", {}, "All", element("span", { class: "wide" }, " shown"))), ...bulk, selected),
    said: p({ class: "said", role: "status", "aria-label": "What was decided" }),
    arrived: button("", on.arrived, { class: "primary", hidden: true }),
    empty: p({ class: "hint", hidden: true }, "Nothing is here now."),
    list: element("div", { class: "replies" }),
    more: button("More", on.more, { hidden: true }),
  };
  root.setAttribute("tabindex", "-1");
  root.replaceChildren(
    element("div", { class: "row reply-menus" }, showLine, storyLine),
    p({ class: "actions" }, button("Keys", showKeys, { "aria-keyshortcuts": "?" }), ...places.rules),
    element("div", { class: "reply-bar" }, places.bulkBar, places.said, p({ class: "arrived" }, places.arrived)),
    places.empty, places.list, p({}, places.more),
  );
  return places;
}

/** Draw the menus with today's numbers; only words change in them, so that an open one stays open. */
export function drawMenus({ shown, story }, { counts, stories }) {
  for (const option of shown.options) {
    const { words } = LISTS.find(({ name }) => name === option.value);
    setWords(option, withCount(words, counts[option.value] ?? 0));
  }
  for (const { story: id, title } of stories) addStory(story, id, title);
  for (const option of story.options) {
    if (option.value === "") setWords(option, withCount("All stories", stories.reduce((sum, { pending }) => sum + pending, 0)));
    else setWords(option, withCount(option.dataset.title, stories.find((each) => each.story === option.value)?.pending ?? 0));
  }
}

/** Put a story in the menu, unless it is there. */
export function addStory(menu, id, title) {
  if ([...menu.options].some(({ value }) => value === id)) return;
  menu.append(element("option", { value: id, "data-title": title }, title));
}

/** Show the keys. */
export function showKeys() {
  show(
    "Keys",
    element("dl", { class: "keys" }, KEYS.map(([key, words]) => [
      element("dt", {}, element("kbd", {}, key)), element("dd", {}, words),
    ]).flat()),
    element("p", { class: "hint" }, "What is selected is decided about; while nothing is, the reply that has the focus."),
  );
}

/** Let a place say these words; it is left alone if it says them. */
export function setWords(place, words) {
  if (place.textContent !== words) place.textContent = words;
}
