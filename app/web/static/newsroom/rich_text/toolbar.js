// The buttons and keys that format what is selected, and the question for a link's address.

import { element } from "../../entries.js";
import { ask } from "../drawing/dialogs.js";
import { insertNodes, isWithin, rangeNow, run, select } from "./editor.js";
import { linkAddress } from "./shortcuts.js";
import { makeBlock } from "./typed.js";

const TOOLS = [
  { name: "bold", sign: "B", label: "Bold", key: "b", on: () => state("bold"), press: () => run("bold") },
  { name: "italic", sign: "I", label: "Italic", key: "i", on: () => state("italic"), press: () => run("italic") },
  { name: "link", sign: "Link", label: "Link", key: "k", on: () => isWithin("a"), press: askForLink },
  { name: "heading", sign: "H", label: "Heading", on: () => isWithin("h2, h3, h4"), press: () => run("formatBlock", isWithin("h2, h3, h4") ? "p" : "h2") },
  { name: "quote", sign: "❝", label: "Quote", on: () => isWithin("blockquote"), press: () => (isWithin("blockquote") ? run("outdent") : makeBlock("blockquote")) },
  { name: "list", sign: "•", label: "List", on: () => state("insertUnorderedList"), press: () => makeBlock("ul") },
  { name: "numbers", sign: "1.", label: "Numbered list", on: () => state("insertOrderedList"), press: () => makeBlock("ol") },
];

function state(command) {
  return rangeNow() !== null && document.queryCommandState(command);
}

const UNDERLINE = { key: "u", press: () => run("underline") }; // without a button; in Firefox the key shows the source

/** Draw the buttons for an element that is edited, and let its keys do the same. */
export function drawTools(root) {
  const bar = element("span", { role: "toolbar", "aria-label": "Formatting", class: "tools" }, TOOLS.map(drawTool));
  const buttons = [...bar.children];
  const show = () => buttons.forEach((each, index) => each.setAttribute("aria-pressed", String(TOOLS[index].on())));
  document.addEventListener("selectionchange", () => rangeNow() && show());
  root.addEventListener("input", show);
  root.addEventListener("blur", show);
  bar.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps its selection
  bar.addEventListener("keydown", (event) => goAlong(event, buttons));
  root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.isComposing) return;
    const tool = [...TOOLS, UNDERLINE].find(({ key }) => key && key === event.key.toLowerCase());
    if (!tool) return;
    event.preventDefault();
    tool.press();
    show();
  });
  buttons.forEach((each, index) => each.addEventListener("click", () => {
    if (rangeNow() === null) root.focus({ preventScroll: true });
    TOOLS[index].press();
    show();
  }));
  return bar;
}

function drawTool({ name, sign, label, key }, index) {
  const keys = key ? ` (Ctrl+${key.toUpperCase()})` : "";
  return element("button", {
    type: "button", "data-tool": name, "aria-label": label, "aria-pressed": "false", title: `${label}${keys}`,
    "aria-keyshortcuts": key && `Control+${key.toUpperCase()}`, tabindex: index === 0 ? "0" : "-1",
  }, sign);
}

/** Go from button to button by the arrow keys: Tab passes the whole bar in one step. */
function goAlong(event, buttons) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const at = buttons.indexOf(event.target);
  if (!by || at < 0) return;
  event.preventDefault();
  const next = buttons[(at + by + buttons.length) % buttons.length];
  for (const each of buttons) each.setAttribute("tabindex", each === next ? "0" : "-1");
  next.focus();
}

async function askForLink() {
  const range = rangeNow()?.cloneRange();
  if (!range) return;
  const node = range.startContainer;
  const link = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("a");
  if (link) range.selectNodeContents(link);
  const given = await ask({
    title: link ? "Change the link" : "Link", yes: "Set",
    fields: [{
      name: "address", label: "Address", value: link?.getAttribute("href") ?? "", type: "text",
      hint: link ? "Left empty: the words stay, without a link." : undefined, required: !link,
    }],
    send: async ({ address }) => {
      if (address && linkAddress(address) === null) throw { detail: "This is no address of a page, a mailbox or a telephone." };
    },
  });
  select(range);
  if (given === null) return;
  const address = linkAddress(given.address ?? "");
  if (!address) run("unlink");
  else if (range.collapsed) insertNodes([element("a", { href: address }, given.address)]);
  else run("createLink", address);
}
