// A page that follows a story, and a server that greets it.

import { follow } from "../../../app/web/static/client.js";
import { HELLO, SUBSCRIBED, caughtUp, stateAt } from "./world.mjs";

export function begin(world, more = {}) {
  const follower = follow(world.options({ state: stateAt(1), ...more }));
  follower.start();
  return follower;
}

export function greet(world, seq) {
  world.socket.deliver(HELLO, SUBSCRIBED, caughtUp(seq));
}
