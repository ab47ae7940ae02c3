// Follows a story with the installed package, in a program without a page. Arguments: origin, story. It prints each word of
// its connection. A line on standard input is the head to be reached, up to which it follows; then it prints what it holds.

import { createInterface } from "node:readline";
import { follow } from "liveblog-client";
import { seqOf } from "liveblog-client/apply";

const [origin, story] = process.argv.slice(2);
const follower = follow({
  story,
  origin,
  onUpdate: () => check(),
  onConnection: (word) => process.stdout.write(`${word}\n`),
});
let wanted = null;

function check() {
  if (wanted === null || follower.state === null || seqOf(follower.state.head) < seqOf(wanted)) return;
  process.stdout.write(`${JSON.stringify(follower.state)}\n`, () => process.exit());
}

createInterface({ input: process.stdin }).on("line", (line) => {
  wanted = line;
  check();
});
follower.start();
