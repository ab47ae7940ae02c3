import assert from "node:assert/strict";
import { test } from "node:test";
import { backOffMs, isFinalCode, isFinalStatus } from "../../../app/web/static/client.js";
import { begin, greet } from "./client_world.mjs";
import { HELLO, SUBSCRIBED, World, caughtUp, cursor, entry, ids, published, stateAt } from "./world.mjs";

test("it connects from the head it was given and applies what arrives", () => {
  const world = new World();
  const follower = begin(world);
  assert.equal(world.socket.url, `wss://news.example/v1/stories/s1/live?after=${cursor(1)}`);
  world.socket.deliver(HELLO, SUBSCRIBED, published(2, entry("b")), caughtUp(2), published(3, entry("c")));
  assert.deepEqual(ids(follower), ["c", "b"]);
  assert.deepEqual(world.updates.map((update) => update.verdict), ["applied", "applied", "applied"]);
  assert.deepEqual(world.connections, ["connecting", "live"]);
});

test("without a state it fetches one first", async () => {
  const world = new World();
  const follower = begin(world, { state: null });
  assert.equal(world.request.url, "https://news.example/v1/stories/s1");
  await world.request.answer(stateAt(7, [entry("a")]));
  assert.deepEqual(ids(follower), ["a"]);
  assert.match(world.socket.url, /after=k3\.7\.aaaaaa$/);
});

test("a story that does not exist is refused and not asked for again", async () => {
  const world = new World();
  begin(world, { state: null });
  await world.request.answer({ code: "not_found" }, { status: 404 });
  await world.pass(600_000);
  assert.deepEqual(world.connections, ["connecting", "refused"]);
  assert.equal(world.requests.length, 1);
});

test("a dropped connection comes back from the last event held, after a back-off", async () => {
  const world = new World({ random: 0.5 });
  const follower = begin(world);
  greet(world, 1);
  world.socket.deliver(published(2, entry("b")));
  world.socket.drop();
  assert.equal(world.sockets.length, 1);
  await world.pass(250);
  assert.equal(world.sockets.length, 2);
  assert.match(world.socket.url, /after=k3\.2\.aaaaaa$/);
  assert.deepEqual(ids(follower), ["b"]);
});

test("the back-off doubles to fifteen seconds, and its whole range is used", () => {
  assert.deepEqual([0, 1, 2, 5, 6, 60].map((n) => backOffMs(n, () => 1)), [500, 1000, 2000, 15000, 15000, 15000]);
  assert.equal(backOffMs(60, () => 0), 0);
});

test("tries that fail wait longer each time; a connection that lasted starts small again", async () => {
  const world = new World({ random: 1, without: ["sse"] });
  begin(world, {});
  const waits = [];
  for (let tries = 0; tries < 4; tries += 1) {
    greet(world, 1);
    const count = world.sockets.length;
    world.socket.drop();
    let waited = 0;
    while (world.sockets.length === count && waited < 60_000) {
      await world.pass(500);
      waited += 500;
    }
    waits.push(waited);
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000]);
  greet(world, 1);
  await world.pass(10_000);
  world.socket.drop();
  await world.pass(1_999);
  assert.equal(world.sockets.length, 5);
  await world.pass(1);
  assert.equal(world.sockets.length, 6);
});

test("a gap is asked for again on the same socket", () => {
  const world = new World();
  const follower = begin(world);
  greet(world, 1);
  world.socket.deliver(published(3, entry("c")));
  assert.deepEqual(world.socket.sent, [{ type: "subscribe", story: "s1", after: cursor(1) }]);
  world.socket.deliver(SUBSCRIBED, published(2, entry("b")), published(3, entry("c")), caughtUp(3));
  assert.deepEqual(ids(follower), ["c", "b"]);
  assert.equal(world.sockets.length, 1);
});

test("a heartbeat with a newer head is a gap too", () => {
  const world = new World();
  begin(world);
  greet(world, 1);
  world.socket.deliver({ type: "heartbeat", heads: { s1: cursor(1) } }, { type: "heartbeat", heads: { s1: cursor(4) } });
  assert.equal(world.socket.sent.length, 1);
});

test("a connection that goes quiet for more than two heartbeats is cut", async () => {
  const world = new World();
  begin(world);
  greet(world, 1);
  await world.pass(50_000);
  world.socket.deliver({ type: "heartbeat", heads: {} });
  await world.pass(50_000);
  assert.equal(world.sockets.length, 1);
  await world.pass(6_000);
  assert.equal(world.sockets[0].closed, true);
  assert.equal(world.sockets.length, 2);
});

test("every final close code ends it, every other is tried again", () => {
  for (const code of [4500, 4501, 4503, 4504, 4505, 4510]) assert.equal(isFinalCode(code), true, code);
  for (const code of [1000, 1001, 1006, 1011, 1012, 4001, 4008, 4009, 4101, 4102]) {
    assert.equal(isFinalCode(code), false, code);
  }
  for (const status of [400, 401, 403, 404]) assert.equal(isFinalStatus(status), true, status);
  for (const status of [408, 410, 429, 500, 502, 503]) assert.equal(isFinalStatus(status), false, status);
});

test("after a final close code nothing is opened any more", async () => {
  const world = new World();
  begin(world);
  world.socket.deliver(HELLO);
  world.socket.drop(4504);
  await world.pass(600_000);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.connections.at(-1), "refused");
});

test("a refused story ends it; one refused for now is asked for again", async () => {
  for (const [status, sockets] of [[404, 1], [410, 1], [503, 2]]) {
    const world = new World();
    begin(world);
    world.socket.deliver(HELLO, { type: "refused", story: "s1", status, code: "x" });
    await world.pass(500);
    assert.equal(world.sockets.length, sockets, status);
    assert.equal(world.requests.length, 0);
  }
});

test("a story followed by its slug is refused by its id too", async () => {
  const world = new World();
  begin(world, { story: "election-night" });
  assert.match(world.socket.url, /stories\/election-night\/live/);
  world.socket.deliver(HELLO, SUBSCRIBED, caughtUp(1), { type: "refused", story: "s1", status: 410, code: "x" });
  await world.pass(600_000);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.connections.at(-1), "refused");
});

test("after goodbye it stays until its own moment in the window", async () => {
  const world = new World({ random: 0.5 });
  const follower = begin(world);
  greet(world, 1);
  world.socket.deliver({ type: "goodbye", reason: "drain", reconnect_after_ms: [10_000, 30_000] });
  await world.pass(19_000);
  world.socket.deliver(published(2, entry("b")));
  assert.equal(world.sockets.length, 1);
  await world.pass(1_000);
  assert.equal(world.sockets[0].closed, true);
  assert.equal(world.sockets.length, 2);
  assert.deepEqual(ids(follower), ["b"]);
});

test("closed before that moment, it waits for it all the same", async () => {
  const world = new World({ random: 0.5 });
  begin(world);
  greet(world, 1);
  world.socket.deliver({ type: "goodbye", reason: "drain", reconnect_after_ms: [10_000, 30_000] });
  await world.pass(1_000);
  world.socket.drop(4101);
  await world.pass(18_900);
  assert.equal(world.sockets.length, 1);
  await world.pass(200);
  assert.equal(world.sockets.length, 2);
});

test("told to poll, it polls at that pace and says that the story has ended", async () => {
  const world = new World();
  begin(world);
  greet(world, 1);
  world.socket.deliver({ type: "goodbye", reason: "ended", story: "s1", use: "poll", poll_seconds: 60 });
  world.socket.drop(1000);
  await world.pass(29_900); // the first time at a moment of its own, so that ten thousand do not ask together
  assert.equal(world.requests.length, 0);
  await world.pass(200);
  assert.match(world.request.url, /changes\?after=k3\.1\.aaaaaa&wait=0$/);
  await world.request.answer({ events: [], cursor: cursor(1), head: cursor(1), more: false });
  assert.equal(world.connections.at(-1), "ended");
  await world.pass(59_000);
  assert.equal(world.requests.length, 1);
  await world.pass(1_000);
  assert.equal(world.requests.length, 2);
});

test("a story that is live again after its end is worth a connection again", async () => {
  const world = new World();
  begin(world);
  greet(world, 1);
  world.socket.deliver({ type: "goodbye", reason: "ended", story: "s1", use: "poll", poll_seconds: 60 });
  world.socket.drop(1000);
  await world.pass(30_000);
  const updated = (seq, status) => (
    { type: "story.updated", story: "s1", seq, cursor: cursor(seq), fields: { status } }
  );
  await world.request.answer({ events: [updated(2, "ended")], cursor: cursor(2), head: cursor(2), more: false });
  assert.equal(world.sockets.length, 1);
  await world.pass(0);
  await world.request.answer({ events: [updated(3, "live")], cursor: cursor(3), head: cursor(3), more: false });
  assert.equal(world.sockets.length, 2);
  assert.match(world.socket.url, /after=k3\.3\.aaaaaa$/);
  await world.pass(5_000);
  assert.equal(world.requests.length, 2);
});

test("nobody is polled for while the page is hidden", async () => {
  const world = new World({ without: ["websocket", "sse"] });
  begin(world);
  await world.request.answer({ events: [], cursor: cursor(1), head: cursor(1), more: false });
  world.page.visibilityState = "hidden";
  world.page.dispatchEvent(new Event("visibilitychange"));
  await world.pass(600_000);
  assert.equal(world.requests.length, 1);
  world.page.visibilityState = "visible";
  world.page.dispatchEvent(new Event("visibilitychange"));
  await world.settle();
  assert.equal(world.requests.length, 2);
});

test("a page that slept reconnects when it is looked at again", async () => {
  const world = new World({ random: 0 });
  begin(world);
  greet(world, 1);
  world.time += 8 * 3600 * 1000; // asleep: time went by, no timer ran
  world.page.dispatchEvent(new Event("visibilitychange"));
  await world.pass(0);
  assert.equal(world.sockets.length, 2);
});

test("another network is used at once", () => {
  const world = new World();
  begin(world);
  greet(world, 1);
  world.window.dispatchEvent(new Event("online"));
  assert.equal(world.sockets[0].closed, true);
  assert.equal(world.sockets.length, 2);
});

test("leaving the page closes the connection, and coming back with the browser's cache resumes", () => {
  const world = new World();
  begin(world);
  greet(world, 1);
  world.window.dispatchEvent(new Event("pagehide"));
  assert.equal(world.socket.closed, true);
  world.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  assert.equal(world.sockets.length, 2);
});

test("stop() is the end of it", async () => {
  const world = new World();
  const follower = begin(world);
  greet(world, 1);
  follower.stop();
  world.window.dispatchEvent(new Event("online"));
  await world.pass(600_000);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.socket.closed, true);
});

test("a message that cannot be understood ends in a snapshot, not in a page that is silently wrong", async () => {
  const world = new World({ random: 0 });
  begin(world, { state: stateAt(1, [entry("a")]) });
  greet(world, 1);
  assert.throws(() => world.socket.deliver({ type: "entry.published", story: "s1", seq: 2, cursor: cursor(2) }), TypeError);
  await world.pass(0);
  assert.equal(world.request.url, "https://news.example/v1/stories/s1");
});

test("an older page is merged with the changes it is behind", async () => {
  const world = new World();
  const next = "http://elsewhere/v1/stories/s1/entries?position=p";
  const follower = begin(world, { state: stateAt(5, [entry("m")], next) });
  greet(world, 5);
  const loading = follower.loadOlder();
  assert.equal(world.request.url, "https://news.example/v1/stories/s1/entries?position=p");
  world.socket.deliver({ type: "entry.removed", story: "s1", seq: 6, cursor: cursor(6), id: "c", cause: "removed" });
  await world.request.answer({ items: [entry("c"), entry("b")], next: null, prev: null, head: cursor(5) });
  assert.match(world.request.url, /changes\?after=k3\.5\.aaaaaa$/);
  const gone = { type: "entry.removed", story: "s1", seq: 6, cursor: cursor(6), id: "c", cause: "removed" };
  await world.request.answer({ events: [gone], cursor: cursor(6), head: cursor(6), more: false });
  assert.equal(await loading, true);
  assert.deepEqual(ids(follower), ["m", "b"]);
  assert.equal(await follower.loadOlder(), false);
});

test("an older page that the server never answers fails, and can be asked for again", async () => {
  const world = new World();
  const follower = begin(world, { state: stateAt(1, [entry("b")], "https://news.example/v1/stories/s1/entries?position=x") });
  greet(world, 1);
  const loading = follower.loadOlder();
  const failed = assert.rejects(loading);
  await world.pass(20_000);
  await failed;
  assert.ok(world.request.signal.aborted, "its connection is given back");
  const again = follower.loadOlder();
  await world.request.answer({ items: [entry("a")], next: null, prev: null, head: cursor(1) });
  assert.equal(await again, true);
  assert.deepEqual(ids(follower), ["b", "a"]);
});

test("a snapshot that a silent server never sends holds no connection once it is asked for again", async () => {
  const world = new World({ random: 1 });
  begin(world, { state: null });
  await world.pass(120_000);
  assert.ok(world.requests.length >= 3);
  assert.ok(world.requests.filter(({ signal }) => !signal.aborted).length <= 2, "of the six that a browser has");
});

test("a pinned entry whose answer never comes is asked for again", async () => {
  const world = new World();
  begin(world, { state: { ...stateAt(1), pinned: [{ entry: "p" }], key_points: [] } });
  greet(world, 1);
  const asked = () => world.requests.filter(({ url }) => url.includes("around=p")).length;
  assert.equal(asked(), 1);
  await world.pass(20_000);
  world.socket.deliver({ type: "heartbeat", heads: { s1: cursor(1) } });
  assert.equal(asked(), 2);
});

test("an older page asked for before a snapshot is thrown away", async () => {
  const world = new World();
  const follower = begin(world, { state: stateAt(5, [entry("m")], "/v1/stories/s1/entries?position=p") });
  greet(world, 5);
  const loading = follower.loadOlder();
  world.socket.deliver({ type: "snapshot", story: "s1", reason: "epoch", state: stateAt(2, [entry("z")]) });
  await world.request.answer({ items: [entry("c")], next: null, prev: null, head: cursor(5) });
  assert.equal(await loading, false);
  assert.deepEqual(ids(follower), ["z"]);
});

const pinning = (seq, id) => (
  { type: "story.updated", story: "s1", seq, cursor: cursor(seq), fields: { pinned: [{ entry: id, until: null }] } }
);

test("a pinned entry that is held nowhere is fetched once live, with the changes since", async () => {
  const world = new World();
  const follower = begin(world, { state: stateAt(1, [entry("c"), entry("b")], "https://news.example/next") });
  world.socket.deliver(HELLO, SUBSCRIBED, pinning(2, "a"));
  await world.settle();
  assert.equal(world.requests.length, 0);
  world.socket.deliver(caughtUp(2));
  assert.equal(world.request.url, "https://news.example/v1/stories/s1/entries?around=a&limit=1");
  world.socket.deliver(published(3, entry("d")));
  await world.request.answer({ items: [entry("a")], next: null, prev: "https://news.example/prev", head: cursor(2) });
  assert.equal(world.request.url, `https://news.example/v1/stories/s1/changes?after=${cursor(2)}`);
  assert.deepEqual(follower.state.included, []);
  const events = [{ ...published(3, entry("d")), type: "entry.updated" }];
  await world.request.answer({ events, cursor: cursor(3), head: cursor(3), more: false });
  assert.deepEqual(follower.state.included, [entry("a")]);
  assert.deepEqual(ids(follower), ["d", "c", "b"]);
  assert.equal(world.updates.at(-1).verdict, "page");
  assert.equal(world.requests.length, 2);
});

test("a pinned entry that could not be fetched is asked for again with the next heartbeat", async () => {
  const world = new World();
  const follower = begin(world, { state: stateAt(1, [entry("c"), entry("b")], "https://news.example/next") });
  world.socket.deliver(HELLO, SUBSCRIBED, pinning(2, "a"), caughtUp(2));
  await world.request.fail();
  assert.equal(world.requests.length, 1);
  world.socket.deliver({ type: "heartbeat", heads: { s1: cursor(2) } });
  assert.equal(world.requests.length, 2);
  await world.request.answer({ items: [entry("a")], next: null, prev: null, head: cursor(2) });
  assert.deepEqual(follower.state.included, [entry("a")]);
});
