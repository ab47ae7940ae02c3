import assert from "node:assert/strict";
import { test } from "node:test";

import { Stream } from "../../../app/web/static/newsroom/drawing/stream.js";
import { World } from "./world.mjs";

async function opened(world, { tickets = [], refusal = null } = {}) {
  const seen = { news: 0, people: [], connection: [] };
  const stream = new Stream({
    origin: "https://live.example",
    env: world.env,
    ticket: async () => {
      tickets.push("key");
      if (refusal) throw refusal;
      return `key-${tickets.length}`;
    },
    onNews: () => { seen.news += 1; },
    onPeople: (people) => { seen.people = people; },
    onConnection: (connection) => seen.connection.push(connection),
  });
  stream.watch("s1");
  await world.settle();
  return { stream, seen, tickets };
}

function welcome(socket) {
  socket.deliver({ type: "hello" }, { type: "welcome", role: "editor" });
  socket.deliver({ type: "watching", story: "s1", slug: "s", people: [] });
}

test("it opens with a ticket, watches the story, and has the lists read once it is told everything", async () => {
  const world = new World();
  const { seen } = await opened(world);
  const [socket] = world.sockets;
  assert.equal(socket.url, "wss://live.example/v1/newsroom/live?ticket=key-1");
  socket.deliver({ type: "hello" });
  assert.deepEqual(socket.sent, []);
  socket.deliver({ type: "welcome", role: "editor" });
  assert.deepEqual(socket.sent, [{ type: "watch", story: "s1" }]);
  assert.equal(seen.news, 0);
  socket.deliver({ type: "watching", story: "s1", people: [{ name: "Ada", doing: "editing" }] });
  assert.equal(seen.news, 1);
  assert.deepEqual(seen.people, [{ name: "Ada", doing: "editing" }]);
  socket.deliver({ type: "entry", story: "s1" }, { type: "something_new" }, { type: "story", story: "s1" });
  assert.equal(seen.news, 3);
});

test("what is being done is told once, again in time, and again on a new connection", async () => {
  const world = new World();
  const { stream } = await opened(world);
  stream.sendPresence({ doing: "composing" });
  welcome(world.sockets[0]);
  const doing = () => world.sockets.at(-1).sent.filter(({ type }) => type === "presence");
  assert.deepEqual(doing(), [{ type: "presence", story: "s1", doing: "composing" }]);
  stream.sendPresence({ doing: "composing" });
  assert.equal(doing().length, 1);
  await world.pass(26_000);
  assert.equal(doing().length, 2);
  stream.sendPresence(null);
  assert.deepEqual(doing().at(-1), { type: "presence", story: "s1", doing: null });
  stream.sendPresence({ doing: "editing", entry: "e1" });
  world.sockets[0].drop();
  await world.pass(30_000);
  welcome(world.sockets[1]);
  assert.deepEqual(doing(), [{ type: "presence", story: "s1", doing: "editing", entry: "e1" }]);
});

test("a lost connection comes back with another ticket, one refused for good does not", async () => {
  const world = new World();
  const { seen, tickets } = await opened(world);
  welcome(world.sockets[0]);
  world.sockets[0].deliver({ type: "presence", story: "s1", people: [{ name: "Ada", doing: "reading" }] });
  world.sockets[0].drop(1006);
  assert.deepEqual(seen.people, []);
  await world.pass(30_000);
  assert.equal(tickets.length, 2);
  const told = seen.news;
  world.sockets[1].drop(4501);
  assert.equal(seen.news, told + 1, "so that the lists are read, and their answer says why");
  await world.pass(120_000);
  assert.equal(world.sockets.length, 2);
});

test("who is refused a ticket is not asked for another, and the lists are read so that their answer says why", async () => {
  const world = new World();
  const { seen, tickets } = await opened(world, { refusal: { status: 401 } });
  assert.deepEqual([seen.connection.at(-1), seen.news], ["refused", 1]);
  await world.pass(120_000);
  assert.equal(tickets.length, 1);
});

test("a stream that has gone quiet is cut and opened again", async () => {
  const world = new World();
  await opened(world);
  welcome(world.sockets[0]);
  await world.pass(59_000);
  assert.equal(world.sockets.length, 1);
  await world.pass(40_000);
  assert.equal(world.sockets[0].closed, true);
  assert.equal(world.sockets.length > 1, true);
});

test("once stopped nothing is heard, said or opened", async () => {
  const world = new World();
  const { stream, seen } = await opened(world);
  welcome(world.sockets[0]);
  stream.stop();
  assert.equal(world.sockets[0].closed, true);
  world.sockets[0].deliver({ type: "entry", story: "s1" });
  stream.sendPresence({ doing: "composing" });
  await world.pass(120_000);
  assert.equal(seen.news, 1);
  assert.equal(world.sockets.length, 1);
});

test("it says whether it is connected, and goes on at once when it is told that the network is back", async () => {
  const world = new World();
  const { stream, seen, tickets } = await opened(world);
  welcome(world.sockets[0]);
  world.sockets[0].drop();
  assert.deepEqual(seen.connection, ["connecting", "connected", "lost"]);
  stream.hurry();
  await world.settle();
  assert.equal(tickets.length, 2);
  welcome(world.sockets[1]);
  stream.hurry(); // there is nothing to hurry
  await world.pass(30_000);
  assert.equal(tickets.length, 2);
  assert.equal(seen.connection.at(-1), "connected");
  world.sockets[1].drop(4501);
  assert.equal(seen.connection.at(-1), "refused");
});

test("who asks for it is told of replies in all stories, and of nothing else there", async () => {
  const world = new World();
  const told = [];
  const seen = { news: 0, people: null };
  const stream = new Stream({
    origin: "https://live.example", env: world.env, ticket: async () => "key",
    onNews: () => { seen.news += 1; }, onPeople: (people) => { seen.people = people; },
    onComments: (message) => told.push(message),
  });
  stream.watch("s1");
  await world.settle();
  const [socket] = world.sockets;
  socket.deliver({ type: "hello" }, { type: "welcome", role: "editor" });
  assert.deepEqual(socket.sent, [{ type: "watch", story: "s1" }, { type: "watch" }]);
  socket.deliver({ type: "watching", story: "s1", people: [] }, { type: "watching", story: null, slug: null, people: [] });
  assert.deepEqual([seen.news, told], [1, [{ type: "watching" }]]);
  socket.deliver(
    { type: "entry", story: "s2" }, { type: "presence", story: "s2", people: [{ name: "Ada" }] },
    { type: "comments", story: "s2", pending: 3 }, { type: "comment", story: "s2", comment: { id: "c" } },
  );
  assert.deepEqual([seen.news, seen.people], [1, []]);
  assert.deepEqual(told.slice(1).map(({ type }) => type), ["comments", "comment"]);
});
