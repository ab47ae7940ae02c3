// Follows a story with the installed package, in a program without a page. Arguments: origin, story. A line on standard
// input is the head to be reached, up to which it follows; then it prints what it holds, and how often it lost its connection.

import { createInterface } from "node:readline";
import { follow } from "liveblog-client";
import { seqOf } from "liveblog-client/apply";

const [origin, story] = process.argv.slice(2);
const words = [];
const follower = follow({
  story,
  origin,
  onUpdate: () => check(),
  onConnection: (word) => {
    words.push(word);
    check();
  },
});
let wanted = null;

function check() {
  if (words.at(-1) === "live" && words.length > 0) process.stdout.write("live\n");
  if (wanted === null || follower.state === null || seqOf(follower.state.head) < seqOf(wanted)) return;
  process.stdout.write(`${JSON.stringify({ state: follower.state, lost: words.filter((word) => word === "retrying").length })}\n`, () => process.exit());
}

createInterface({ input: process.stdin }).on("line", (line) => {
  wanted = line;
  check();
});
follower.start();
