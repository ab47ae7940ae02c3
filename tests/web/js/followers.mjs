// Many real followers in one process, each over transports of its own, for a test that stops and starts their server.
// Arguments: origin, story, count, those seconds. It is asked by lines on standard input, and answers each with a line of JSON:
// "served" with how many followers each transport serves; "away" forgets what was heard so far; "return" waits until
// 95 % of them are on a socket, or until so many seconds after the first answer heard since, and says what is then.

import { createInterface } from "node:readline";
import { browserEnvironment, follow } from "../../../app/web/static/client.js";

const [origin, story, count, seconds] = process.argv.slice(2);
let firstAnswerAt = null;

function heard() {
  firstAnswerAt ??= performance.now();
}

function listening(Transport) {
  return Transport && class extends Transport {
    constructor(url) {
      super(url);
      this.addEventListener("message", heard);
    }
  };
}

const browser = browserEnvironment();
const env = {
  ...browser,
  WebSocket: listening(browser.WebSocket),
  EventSource: listening(browser.EventSource),
  async fetch(...asked) {
    const answer = await browser.fetch(...asked);
    heard();
    return answer;
  },
};
const followers = Array.from({ length: Number(count) }, () => follow({ story, origin, env, onUpdate() {} }));
for (const follower of followers) follower.start();

function served() {
  const counts = { websocket: 0, sse: 0, poll: 0, null: 0 };
  for (const { transport } of followers) counts[transport] += 1;
  return counts;
}

async function returned() {
  for (;;) {
    const [counts, ms] = [served(), firstAnswerAt === null ? 0 : performance.now() - firstAnswerAt];
    if (ms >= 1_000 * Number(seconds) || (firstAnswerAt !== null && counts.websocket >= 0.95 * followers.length)) {
      return { ...counts, ms: Math.round(ms) };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === "away") firstAnswerAt = null;
  console.log(JSON.stringify(line === "return" ? await returned() : served()));
}
process.exit();
