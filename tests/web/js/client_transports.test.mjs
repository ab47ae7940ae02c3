import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, greet } from "./client_world.mjs";
import { HELLO, SUBSCRIBED, World, caughtUp, cursor, entry, ids, published, stateAt } from "./world.mjs";

const OVERLOADED = {
  type: "goodbye", reason: "overload", reconnect_after_ms: [20_000, 40_000], use: "poll", poll_seconds: 8,
};

test("sent away by an overloaded server, it polls until the time has come to connect again", async () => {
  const world = new World();
  const follower = begin(world);
  greet(world, 1);
  world.socket.deliver(OVERLOADED);
  world.socket.drop(4009);
  await world.pass(3_900);
  assert.equal(world.requests.length, 0);
  await world.pass(200);
  assert.match(world.request.url, /changes\?after=k3\.1\.aaaaaa&wait=0$/);
  await world.request.answer({ events: [published(2, entry("b"))], cursor: cursor(2), head: cursor(2), more: false });
  assert.deepEqual(ids(follower), ["b"]);
  assert.equal(world.connections.at(-1), "live");
  await world.pass(0);
  await world.request.answer({ events: [], cursor: cursor(2), head: cursor(2), more: false });
  await world.pass(7_900);
  assert.equal(world.requests.length, 2);
  await world.pass(200);
  assert.equal(world.requests.length, 3);
  await world.pass(17_600);
  assert.equal(world.sockets.length, 1);
  await world.pass(400);
  assert.equal(world.sockets.length, 2);
  assert.match(world.socket.url, /after=k3\.2\.aaaaaa$/);
  greet(world, 2);
  await world.pass(60_000);
  assert.equal(world.requests.length, 3);
});

test("an overloaded server that is met on the way is polled too, whatever transport could say so", async () => {
  const world = new World({ random: 0 });
  begin(world);
  world.socket.drop(); // a browser is not shown the 503 that refuses its socket
  await world.pass(0);
  world.socket.drop();
  await world.pass(0);
  world.stream.deliver(HELLO, OVERLOADED);
  world.stream.drop();
  await world.pass(0);
  assert.match(world.request.url, /changes/);
  await world.pass(20_000);
  assert.equal(world.sockets.length, 3);
});

test("a page that is left while it polls for an overloaded server is left alone", async () => {
  const world = new World();
  const follower = begin(world);
  greet(world, 1);
  world.socket.deliver(OVERLOADED);
  world.socket.drop(4009);
  follower.stop();
  await world.pass(600_000);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.requests.length, 0);
});

test("where WebSockets do not get through, it follows by SSE", async () => {
  const world = new World({ random: 0 });
  const follower = begin(world);
  world.socket.drop();
  await world.pass(0);
  world.socket.drop();
  await world.pass(0);
  assert.equal(world.sockets.length, 2);
  assert.equal(world.stream.url, `https://news.example/v1/stories/s1/events?after=${cursor(1)}`);
  world.stream.deliver(HELLO, SUBSCRIBED, published(2, entry("b")), caughtUp(2));
  assert.deepEqual(ids(follower), ["b"]);
  world.stream.drop();
  await world.pass(0);
  assert.equal(world.streams.length, 2);
  assert.match(world.stream.url, /after=k3\.2\.aaaaaa$/);
});

test("a lesser transport makes way when sockets get through again, without a moment in between", async () => {
  const world = new World({ random: 0.5 });
  const follower = begin(world);
  for (const wait of [250, 500]) {
    world.socket.drop();
    await world.pass(wait);
  }
  world.stream.deliver(HELLO, SUBSCRIBED, published(2, entry("b")), caughtUp(2));
  await world.pass(30_000);
  assert.equal(world.sockets.length, 3);
  assert.match(world.socket.url, /after=k3\.2\.aaaaaa$/);
  world.stream.deliver(published(3, entry("c")));
  assert.equal(world.stream.closed, false);
  world.socket.deliver(HELLO);
  assert.equal(world.stream.closed, true);
  world.socket.deliver(SUBSCRIBED, published(3, entry("c")), published(4, entry("d")), caughtUp(4));
  assert.deepEqual(ids(follower), ["d", "c", "b"]);
  await world.pass(40_000);
  assert.equal(world.sockets.length, 3);
  world.socket.drop();
  await world.pass(1_000);
  assert.equal(world.sockets.length, 4);
});

test("where sockets stay blocked they are tried ever more seldom, and the stream goes on", async () => {
  const world = new World({ random: 0.5 });
  begin(world);
  for (const wait of [250, 500]) {
    world.socket.drop();
    await world.pass(wait);
  }
  world.stream.deliver(HELLO, SUBSCRIBED, caughtUp(1));
  const tried = [];
  for (let seconds = 0; seconds < 3600; seconds += 10) {
    const before = world.sockets.length;
    await world.pass(10_000);
    world.stream.deliver({ type: "heartbeat", heads: {} });
    if (world.sockets.length > before) {
      tried.push(seconds + 10);
      world.socket.drop();
    }
  }
  assert.deepEqual(tried, [30, 90, 210, 450, 930, 1890]);
  assert.equal(world.streams.length, 1);
  assert.equal(world.stream.closed, false);
});

test("a gap on SSE opens the stream again from the last event held", async () => {
  const world = new World({ random: 0, without: ["websocket"] });
  begin(world);
  world.stream.deliver(HELLO, SUBSCRIBED, caughtUp(1), published(5, entry("e")));
  assert.equal(world.streams[0].closed, true);
  await world.pass(0);
  assert.match(world.stream.url, /after=k3\.1\.aaaaaa$/);
});

test("where no stream gets through, it long-polls, and tries the others again when polling fails", async () => {
  const world = new World({ random: 0, without: ["sse"] });
  const follower = begin(world);
  world.socket.drop();
  await world.pass(0);
  world.socket.drop();
  await world.pass(0);
  assert.match(world.request.url, /changes\?after=k3\.1\.aaaaaa&wait=0$/);
  await world.request.answer({ events: [published(2, entry("b"))], cursor: cursor(2), head: cursor(3), more: true });
  await world.pass(0);
  assert.match(world.request.url, /changes\?after=k3\.2\.aaaaaa&wait=25$/);
  await world.request.answer({ events: [published(3, entry("c"))], cursor: cursor(3), head: cursor(3), more: false });
  assert.deepEqual(ids(follower), ["c", "b"]);
  assert.equal(world.connections.at(-1), "live");
  for (let failures = 0; failures < 3; failures += 1) {
    await world.pass(0);
    await world.request.fail();
  }
  await world.pass(0);
  assert.equal(world.sockets.length, 3);
});

test("an unusable cursor while polling begins again with a snapshot", async () => {
  const world = new World({ random: 0, without: ["websocket", "sse"] });
  const follower = begin(world);
  await world.request.answer({ code: "cursor_unusable" }, { status: 410 });
  await world.pass(0);
  assert.equal(world.request.url, "https://news.example/v1/stories/s1");
  await world.request.answer(stateAt(3, [entry("z")]));
  assert.deepEqual(ids(follower), ["z"]);
  assert.equal(world.updates.at(-1).verdict, "replaced");
});

test("a Retry-After of nothing, or of longer than a timer can wait, is no reason to ask without a pause", async () => {
  for (const asked of ["0", "-1", "3000000"]) {
    const world = new World({ random: 0.5, without: ["websocket", "sse"] });
    begin(world);
    await world.request.answer({}, { status: 503, headers: { "retry-after": asked } });
    await world.pass(0);
    assert.equal(world.requests.length, 1, asked);
    assert.ok(world.timers.every(({ at }) => at < 2 ** 31), asked);
  }
});

test("Retry-After is honoured", async () => {
  const world = new World({ random: 0, without: ["websocket", "sse"] });
  begin(world);
  await world.request.answer({}, { status: 503, headers: { "retry-after": "7" } });
  await world.pass(6_900);
  assert.equal(world.requests.length, 1);
  await world.pass(200);
  assert.equal(world.requests.length, 2);
});
