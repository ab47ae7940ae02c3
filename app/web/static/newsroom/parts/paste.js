// Formatted text that is pasted into the text of an entry: it stands there at once as plain text, and as Markdown with its
// links once the server has converted it by the rules of its own content.

import { element } from "../../entries.js";
import { button } from "../drawing/dialogs.js";
import { showProblem } from "../drawing/notices.js";
import { send } from "../drawing/session.js";
import { formattedIn, markdownOf, replacedIn } from "../rich_text/pasted.js";
import { problemText } from "../pure/problems.js";

const line = document.getElementById("paste-line");
let turn = 0;

/** Begin to take pastes into a text field. `isMarkdown` says whether what is written in it is Markdown now. */
export function beginPaste(field, { isMarkdown }) {
  field.addEventListener("paste", (event) => {
    if (event.defaultPrevented) return; // pictures
    forgetPaste();
    const given = isMarkdown() ? formattedIn(event.clipboardData) : null;
    if (given === null) return;
    event.preventDefault();
    const start = field.selectionStart;
    insert(field, given.plain);
    convert(field, { ...given, start });
  });
}

/** Say nothing more of what was pasted last, and leave it as it stands. */
export function forgetPaste() {
  turn += 1;
  line.replaceChildren();
}

async function convert(field, { html, plain, start }) {
  const mine = turn;
  line.replaceChildren("Pasting with formatting …");
  try {
    const { text, isWhole } = markdownOf(await send("POST", "/v1/newsroom/conversions", { html }));
    if (mine !== turn) return;
    if (!text || !put(field, { start, plain, text })) say("Pasted as plain text.");
    else if (text === plain) say("");
    else sayConverted(field, { start, plain, text, isWhole });
  } catch (problem) {
    if (problem.status === 401) showProblem(problem);
    if (mine === turn) say(element("span", { class: "wrong" }, `Pasted as plain text, without its links. ${problemText(problem)}`));
  }
}

function sayConverted(field, { start, plain, text, isWhole }) {
  const words = isWhole ? "Pasted with its formatting and links. "
    : "Pasted with its links. Markdown has no sign for some of its formatting, which was left out. ";
  say(words, button("As plain text", () => {
    const isBack = put(field, { start, plain: text, text: plain });
    say(isBack ? "Pasted as plain text." : "It has been changed since: nothing was put in its place.");
    field.focus({ preventScroll: true });
  }));
}

function say(...words) {
  line.replaceChildren(...words.filter(Boolean));
}

/** Put the text in the place of what was pasted; return false where that has been changed meanwhile. */
function put(field, { start, plain, text }) {
  if (replacedIn(field.value, { start, plain, text }) === null) return false;
  const end = start + plain.length;
  const { selectionStart, selectionEnd } = field;
  if (document.activeElement === field && selectionStart === end && selectionEnd === end) {
    field.setSelectionRange(start, end);
    insert(field, text); // as if it was typed: Ctrl+Z brings the plain text back
    return true;
  }
  field.setRangeText(text, start, end, "preserve");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

/** Type a text where the caret is, so that it can be undone, and is known to whoever listens. */
function insert(field, text) {
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
