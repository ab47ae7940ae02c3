// Shows embeds in frames of their providers once the reader has agreed, in the place that the style has kept for them.
// A card stays under its frame, unseen: so nothing moves when one is shown or taken back, and print has the card.

import { element, said } from "../entries.js";
import { useWords } from "../words.js";
import { Consent } from "./consent.js";

// Without a way to lead this page elsewhere. A provider's own origin is none of ours: `mayBeFramed` sees to that.
const SANDBOX = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-forms allow-presentation";
const ALLOWED = {
  video: "fullscreen; picture-in-picture; encrypted-media",
  audio: "encrypted-media",
};
const EMBEDS = "figure.lb-embed[data-frame]";

const pressed = new Set(); // frames that the reader has asked for once, in this page
const ends = new WeakMap(); // what ends following a frame's height, by its figure
const MOST_EARLY = 20; // messages of a frame: it may say anything, and the script may never come
let heights; // what follows them, asked for before a frame is shown that needs it
const consent = new Consent(() => document.querySelectorAll(EMBEDS).forEach(draw)).listen();

/** Put what the reader can choose into each embed of `root`, in these words, and show those that are granted. */
export function offerFrames(root, words) {
  useWords(words);
  for (const figure of root.querySelectorAll(EMBEDS)) {
    if (!mayBeFramed(figure.dataset.frame)) continue;
    if (!figure.querySelector(".embed-choice")) figure.append(...choices(figure));
    if (figure.dataset.height) heights ??= import("./frame_heights.js").catch(() => { heights = undefined; });
    draw(figure);
  }
}

/** Return whether an address is one of a secure page elsewhere: one of our own would run with our rights. */
function mayBeFramed(address) {
  try {
    const { protocol, origin, username } = new URL(address);
    return protocol === "https:" && origin !== location.origin && username === "";
  } catch {
    return false;
  }
}

function choices(figure) {
  const provider = () => ({ provider: element("bdi", {}, labelOf(figure)) });
  const show = said("button", "embed.show", { type: "button", class: "play" }, provider());
  const note = said("small", "embed.note", {}, provider());
  const always = element("input", { type: "checkbox" });
  show.addEventListener("click", () => {
    pressed.add(figure.dataset.frame);
    draw(figure);
    figure.querySelector("iframe")?.focus({ preventScroll: true });
  });
  always.addEventListener("change", () => {
    if (always.checked) pressed.add(figure.dataset.frame);
    else forgetPressed(figure.dataset.provider);
    consent.keep(figure, always.checked);
  });
  return [
    element("div", { class: "embed-choice" }, show, note),
    element("label", { class: "embed-always" }, always, said("span", "embed.always", {}, provider())),
  ];
}

function labelOf(figure) {
  return figure.querySelector("figcaption cite")?.textContent ?? figure.dataset.provider;
}

function forgetPressed(provider) {
  for (const { dataset } of document.querySelectorAll(EMBEDS)) {
    if (dataset.provider === provider) pressed.delete(dataset.frame);
  }
}

function draw(figure) {
  const always = figure.querySelector(".embed-always");
  if (!always) return;
  const isGiven = consent.isGiven(figure);
  const isKept = consent.isKept(figure);
  always.querySelector("input").checked = isKept;
  always.hidden = isGiven && !isKept;
  const isWanted = pressed.has(figure.dataset.frame) || ((isGiven || isKept) && !savesData());
  const frame = figure.querySelector("iframe");
  figure.classList.toggle("is-shown", isWanted);
  if (isWanted && !frame) {
    figure.append(drawFrame(figure));
    followHeight(figure, figure.lastChild);
  }
  if (!isWanted && frame) {
    frame.remove();
    ends.get(figure)?.();
    ends.delete(figure);
  }
}

/** Let a frame be as high as it says, where it has no ratio; out of reach, it is as high as was kept for it. */
async function followHeight(figure, frame) {
  if (!figure.dataset.height) return;
  const early = []; // what the frame says before there is anything that understands it: some say their height once
  const note = (said) => said.source === frame.contentWindow && early.length < MOST_EARLY && early.push(said);
  window.addEventListener("message", note);
  const found = await heights;
  window.removeEventListener("message", note);
  if (found && frame.isConnected) ends.set(figure, found.followHeight(figure, frame, early));
}

function drawFrame(figure) {
  const { frame: src, category } = figure.dataset;
  const title = `${labelOf(figure)}: ${figure.querySelector("a")?.textContent ?? ""}`;
  return element("iframe", {
    src, title, sandbox: SANDBOX, allow: ALLOWED[category] ?? "fullscreen", referrerpolicy: "strict-origin", loading: "lazy",
  });
}

/** Return whether the reader pays for data: then frames come at a press alone. */
function savesData() {
  return Boolean(navigator.connection?.saveData) || matchMedia("(prefers-reduced-data: reduce)").matches;
}
