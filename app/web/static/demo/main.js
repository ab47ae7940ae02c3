// The page /demo: follows the demo story with the client that readers' pages have, over a network that can be cut; shows
// what comes, counts it against the log, and writes as a reporter does, through the API.

import { seqOf } from "../apply.js";
import { browserEnvironment, follow } from "../client.js";
import { headersFor, problemOf } from "../newsroom/pure/outbox.js";
import { problemText } from "../newsroom/pure/problems.js";
import { truncate } from "../truncate.js";
import { Count, countLine } from "./count.js";
import { CuttableNetwork } from "./cuttable_network.js";

const MOST_FRAMES = 100;
const LONGEST_FRAME = 1_500; // characters of one that are shown
const CHECK_MS = 1_000;
const ANSWER_MS = 20_000;
const MOST_PAGES = 20; // of the log for one comparison

const place = (id) => document.getElementById(id);
const { story } = document.body.dataset;
const stories = `/v1/stories/${encodeURIComponent(story)}`;
const given = new URLSearchParams(location.hash.slice(1));
const asked = Number(new URLSearchParams(location.search).get("cut") ?? 20);
const cutSeconds = asked >= 1 && asked <= 60 ? asked : 20;

let count = null;
let interrupted = null; // {from, at, ours} while there is no connection
let resumed = null;
let isChecking = false;
let last = null; // {path, etag} of the entry that was posted here last

if (location.hash) history.replaceState(null, "", location.pathname + location.search);
place("token").value = given.get("token") ?? "";
for (const each of document.querySelectorAll(".cut-seconds")) each.textContent = String(cutSeconds);
if (/^[0-9]+$/.test(given.get("pid") ?? "")) showProcess(given.get("pid"));

// The frames, and the network they come over

const network = new CuttableNetwork(browserEnvironment(), (direction, text) => {
  const frame = document.createElement("li");
  frame.className = direction;
  frame.textContent = text.length > LONGEST_FRAME ? `${truncate(text, LONGEST_FRAME)} (${text.length} characters)` : text;
  place("frames").prepend(frame);
  while (place("frames").childElementCount > MOST_FRAMES) place("frames").lastElementChild.remove();
});

const follower = follow({
  story,
  env: network.env,
  onUpdate({ state, message, verdict }) {
    if (verdict === "replaced") count = new Count(state.head);
    else if (verdict === "applied" && message && "seq" in message) count.apply(message);
    check();
  },
  onConnection(now) {
    if (now === "live") return isBack();
    if (now === "retrying" && follower.state) isGone();
    place("connection").textContent = { connecting: "Connecting …", retrying: "Cut off", refused: "Refused", ended: "Ended" }[now];
  },
});

function isGone() {
  interrupted ??= { from: seqOf(follower.state.head), at: performance.now(), ours: network.isCut };
  if (interrupted.ours) return;
  place("process").hidden = true; // its number may be another's by now
  place("no-process").hidden = false;
  place("killed").hidden = false;
}

function isBack() {
  place("connection").textContent = `Connected by ${follower.transport === "websocket" ? "WebSocket" : "polling"}`;
  if (interrupted) {
    resumed = { from: interrupted.from, seconds: Math.round((performance.now() - interrupted.at) / 1000) };
    interrupted = null;
  }
  check();
}

// The count

async function check() {
  if (isChecking || count === null) return;
  isChecking = true;
  try {
    const counted = count;
    const events = await changesAfter(counted.from);
    if (counted === count) place("count").textContent = countLine(count.compare(events, follower.state.head), resumed);
  } catch {
    place("count").textContent = "The server cannot be asked now; counted again once it answers.";
  } finally {
    isChecking = false;
  }
}

async function changesAfter(head) {
  const events = [];
  let after = head;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const response = await fetch(`${stories}/changes?after=${encodeURIComponent(after)}`, {
      cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!response.ok) throw await problemOf(response);
    const reply = await response.json();
    events.push(...reply.events);
    if (!reply.more) return events;
    after = reply.cursor;
  }
  throw new Error("the log is longer than this page compares");
}

// What a visitor does

function showProcess(pid) {
  place("kill").textContent = `kill -9 ${pid}`;
  place("process").hidden = false;
  place("no-process").hidden = true;
}

place("cut").addEventListener("click", () => {
  network.cut();
  place("cut").disabled = true;
  setTimeout(() => {
    place("cut").disabled = false;
    network.mend();
  }, cutSeconds * 1000);
});

place("reporter").addEventListener("submit", (event) => {
  event.preventDefault();
  write("POST", `${stories}/entries`, { text: place("text").value }, "Published");
});

place("edit").addEventListener("click", () => write("PATCH", last.path, { text: place("text").value }, "Edited"));

place("retract").addEventListener("click", () =>
  write("POST", `${last.path}/retract`, { reason: "Taken back on the demo page." }, "Retracted"));

async function write(method, path, body, done) {
  const buttons = [...place("reporter").querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  const isNew = last === null || !path.startsWith(last.path);
  try {
    const key = method === "POST" ? crypto.randomUUID() : undefined;
    const headers = headersFor({ token: place("token").value.trim() }, { key, ifMatch: isNew ? undefined : last.etag });
    const response = await fetch(path, {
      method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!response.ok) throw await problemOf(response);
    const { id } = await response.json();
    last = done === "Retracted" ? null : { path: `${stories}/entries/${id}`, etag: response.headers.get("etag") ?? "*" };
    place("said").textContent = `${done}.`;
  } catch (problem) {
    place("said").textContent = problemText(problem instanceof Error ? {} : problem);
  } finally {
    for (const button of buttons) button.disabled = last === null && ["edit", "retract"].includes(button.id);
  }
}

setInterval(() => interrupted && check(), CHECK_MS);
follower.start();
