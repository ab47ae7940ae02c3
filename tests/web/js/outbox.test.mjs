import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox, step } from "../../../app/web/static/newsroom/pure/outbox.js";
import { Storage, World } from "./world.mjs";

const ENTRY = "/v1/newsroom/stories/s1/entries/e1";
let keys = 0;
const newKey = () => `key-${(keys += 1)}`;
const post = (body = { text: "one" }) => step("POST", "/v1/stories/s1/entries", body, { newKey });
const patch = (body, ifMatch = '"v1"') => step("PATCH", "/v1/stories/s1/entries/e1", body, { ifMatch, newKey });

function open(storage = new Storage(), world = new World({ random: 1 }), credentials = { token: "lb_person_x" }) {
  const seen = { done: [], signedOut: 0, sent: [] };
  const { fetch, ...env } = world.env;
  env.clock = () => world.time;
  env.fetch = (url, options) => {
    seen.sent.push({ url, ...options });
    return fetch(url);
  };
  const outbox = new Outbox({
    storage, prefix: "ana", ...credentials, env,
    onChange: () => {},
    onDone: (item, answer) => seen.done.push([item.id, answer]),
    onSignedOut: () => { seen.signedOut += 1; },
  });
  return { outbox, world, storage, seen };
}

const item = (id, ...steps) => ({ id, story: "s1", entry: ENTRY, label: id, steps, composed: { text: id } });
const states = (outbox) => outbox.items.map(({ id, state }) => [id, state]);

test("a write is kept before it is sent and forgotten only when acknowledged", async () => {
  const { outbox, world, storage, seen } = open();
  outbox.add(item("a", post()));
  assert.equal(storage.length, 1);
  assert.equal(seen.sent[0].headers.Authorization, "Bearer lb_person_x");
  await world.request.answer({ id: "e1" }, { status: 201 });
  assert.equal(storage.length, 0);
  assert.deepEqual(seen.done, [["a", { id: "e1" }]]);
});

test("a browser's session sends its word with each write, and no token", async () => {
  const { outbox, world, seen } = open(new Storage(), new World({ random: 1 }), { token: null, csrf: "a-word" });
  outbox.add(item("a", post()));
  assert.equal(seen.sent[0].headers["X-CSRF-Token"], "a-word");
  assert.ok(!("Authorization" in seen.sent[0].headers));
  await world.request.answer({ id: "e1" }, { status: 201 });
  assert.deepEqual(outbox.items, []);
});

test("after a lost answer the same key is sent again, and again later", async () => {
  const { outbox, world, seen } = open();
  outbox.add(item("a", post()));
  await world.request.fail();
  assert.deepEqual(states(outbox), [["a", "waiting"]]);
  await world.pass(500);
  await world.request.answer({}, { status: 503, headers: { "retry-after": "9" } });
  await world.pass(8_900);
  assert.equal(seen.sent.length, 2);
  await world.pass(200);
  await world.request.answer({ id: "e1" }, { status: 201 });
  assert.equal(new Set(seen.sent.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
  assert.equal(seen.sent.length, 3);
  assert.deepEqual(states(outbox), []);
});

test("a reload sends what was kept, in order, with the keys it had", async () => {
  const first = open();
  first.outbox.add(item("a", post()));
  first.world.time = 5;
  first.outbox.add(item("b", post({ text: "two" })));
  const key = first.seen.sent[0].headers["Idempotency-Key"];
  const second = open(first.storage, new World());
  assert.deepEqual(states(second.outbox), [["a", "sending"], ["b", "sending"]]);
  second.outbox.run();
  assert.equal(second.seen.sent[0].headers["Idempotency-Key"], key);
  await second.world.request.answer({}, { status: 201 });
  await second.world.request.answer({}, { status: 201 });
  assert.deepEqual(second.seen.done.map(([id]) => id), ["a", "b"]);
});

test("each person's writes are their own", () => {
  const first = open();
  first.outbox.add(item("a", post()));
  const key = first.storage.key(0);
  first.storage.setItem(key.replace("ana", "rui"), first.storage.getItem(key));
  assert.equal(open(first.storage).outbox.items.length, 1);
});

test("steps are taken one after the other, each on the version the last one made", async () => {
  const { outbox, world, seen } = open();
  outbox.add(item("a", post(), patch({ text: "two" }, "previous")));
  await world.request.answer({ id: "e1" }, { status: 201, headers: { etag: '"v1"' } });
  assert.equal(seen.sent[1].headers["If-Match"], '"v1"');
  assert.notEqual(seen.sent[1].headers["Idempotency-Key"], seen.sent[0].headers["Idempotency-Key"]);
  await world.request.answer({ id: "e1", version: 2 }, { headers: { etag: '"v2"' } });
  assert.deepEqual(seen.done, [["a", { id: "e1", version: 2 }]]);
});

test("what the server refuses is kept with its reason, and the next is sent", async () => {
  const { outbox, world, storage } = open();
  const errors = [{ pointer: "/source/url", code: "bad_url", detail: "must begin with https://" }];
  outbox.add(item("a", post()));
  outbox.add(item("b", post()));
  await world.request.answer({ code: "invalid", detail: "One value is wrong.", errors }, { status: 422 });
  assert.deepEqual(states(outbox), [["a", "refused"], ["b", "sending"]]);
  assert.deepEqual(outbox.items[0].problem, { status: 422, code: "invalid", detail: "One value is wrong.", errors });
  assert.equal(storage.length, 2);
  outbox.drop("a");
  assert.equal(storage.length, 1);
});

test("an edit of a version that is no longer the newest loses nothing: both texts are there", async () => {
  const { outbox, world } = open();
  outbox.add(item("a", patch({ text: "mine" })));
  await world.request.answer({ code: "stale" }, { status: 412 });
  assert.equal(world.request.url, ENTRY);
  await world.request.answer({ id: "e1", text: "theirs", working: null }, { headers: { etag: '"v5"' } });
  const [{ state, theirs, theirEtag, composed }] = outbox.items;
  assert.deepEqual([state, theirs.text, theirEtag, composed.text], ["conflict", "theirs", '"v5"', "a"]);
});

test("an edit that was overtaken is sent again with both changes in it, on the version that is there now", async () => {
  const { outbox, world, seen } = open();
  const told = [];
  outbox.merge = (item, theirs, etag) => ({
    composed: { text: "both" }, steps: [patch({ text: `${item.composed.text}+${theirs.text}` }, etag)],
  });
  outbox.onMerged = (item, etag) => told.push([item.id, etag]);
  outbox.add(item("a", patch({ text: "mine" })));
  await world.request.answer({ code: "stale" }, { status: 412 });
  await world.request.answer({ id: "e1", text: "theirs", working: null }, { headers: { etag: '"v5"' } });
  const last = seen.sent.at(-1);
  assert.deepEqual([JSON.parse(last.body), last.headers["If-Match"]], [{ text: "a+theirs" }, '"v5"']);
  assert.deepEqual(told, [["a", '"v5"']]);
  await world.request.answer({ id: "e1" });
  assert.deepEqual(outbox.items, []);
});

test("an edit that is overtaken again and again is at last for a person to look at", async () => {
  const { outbox, world, seen } = open();
  outbox.merge = (_, theirs, etag) => ({ composed: { text: "both" }, steps: [patch({ text: "both" }, etag)] });
  outbox.add(item("a", patch({ text: "mine" })));
  for (let tries = 0; outbox.items[0].state !== "conflict"; tries += 1) {
    assert.ok(tries < 10);
    await world.request.answer({ code: "stale" }, { status: 412 });
    await world.request.answer({ id: "e1", text: "theirs", working: null }, { headers: { etag: `"v${tries}"` } });
  }
  assert.equal(seen.sent.filter(({ method }) => method === "PATCH").length, 6);
});

test("after a conflict mine can be sent over theirs", async () => {
  const { outbox, world, seen } = open();
  outbox.add(item("a", patch({ text: "mine" })));
  await world.request.answer({}, { status: 412 });
  await world.request.answer({ text: "theirs", working: null }, { headers: { etag: '"v5"' } });
  outbox.sendOver("a", outbox.items[0].theirEtag);
  assert.equal(seen.sent.at(-1).headers["If-Match"], '"v5"');
  await world.request.answer({}, { headers: { etag: '"v6"' } });
  assert.equal(seen.done.length, 1);
});

test("an edit whose answer was lost is sent again with its key, by which the server knows it", async () => {
  const { outbox, world, seen } = open();
  outbox.add(item("a", patch({ blocks: [], correction: { text: "It was ten." } })));
  await world.request.fail();
  await world.pass(500);
  await world.request.answer({ id: "e1" });
  const [first, second] = seen.sent.map(({ headers }) => headers["Idempotency-Key"]);
  assert.ok(first);
  assert.equal(second, first);
  assert.deepEqual(seen.done, [["a", { id: "e1" }]]);
});

test("an edit that was kept without a key, and its answer lost, is no conflict with itself", async () => {
  const { outbox, world, seen } = open();
  outbox.add(item("a", { ...patch({ text: "mine", headline: null }), key: null }));
  await world.request.fail();
  await world.pass(500);
  await world.request.answer({}, { status: 412 });
  const entry = { text: "old", headline: "old", working: { fields: { text: "mine", headline: null } } };
  await world.request.answer(entry, { headers: { etag: '"v2"' } });
  assert.equal(seen.done.length, 1);
});

test("an edit of which not all can be found in what a colleague has saved is not taken for done", async () => {
  for (const more of [{ blocks: [] }, { html: "<p>a</p>" }, { authors: [] }, { tags: [] }, { source: null }, { correction: { text: "b" } }]) {
    const { outbox, world, seen } = open();
    outbox.add(item("a", patch({ headline: "Ours", ...more, material: true, publish: true })));
    await world.request.answer({}, { status: 412 });
    await world.request.answer({ headline: "Ours", working: null }, { headers: { etag: '"v2"' } });
    assert.deepEqual([seen.done, outbox.items[0].state], [[], "conflict"], JSON.stringify(more));
  }
});

test("an edit for readers is not taken for done because a colleague has the same words aside", async () => {
  const { outbox, world, seen } = open();
  outbox.add(item("a", patch({ headline: "Ours", publish: true })));
  await world.request.answer({}, { status: 412 });
  await world.request.answer({ headline: "Old", working: { held: false, fields: { headline: "Ours" } } });
  assert.deepEqual([seen.done, outbox.items[0].state], [[], "conflict"]);
});

test("an edit that was kept without a key and is not there to the letter is for a person to look at", async () => {
  const { outbox, world } = open();
  outbox.merge = () => ({ composed: {}, steps: [patch({ correction: { text: "b" } })] });
  outbox.add(item("a", { ...patch({ text: "mine", correction: { text: "b" } }), key: null }));
  await world.request.answer({}, { status: 412 });
  await world.request.answer({ text: "mine", working: null }, { headers: { etag: '"v2"' } });
  assert.deepEqual(states(outbox), [["a", "conflict"]]);
});

test("a token that is not accepted any more stops the sending and loses nothing", async () => {
  const { outbox, world, storage, seen } = open();
  outbox.add(item("a", post()));
  await world.request.answer({ code: "bad_token" }, { status: 401 });
  await world.pass(600_000);
  assert.equal(seen.signedOut, 1);
  assert.equal(seen.sent.length, 1);
  assert.deepEqual(open(storage).outbox.items.map(({ state }) => state), ["sending"]);
});

test("a write that was done, and its text removed since, is done", async () => {
  const { outbox, world, seen } = open();
  outbox.add(item("a", post()));
  await world.request.answer({ code: "reply_removed" }, { status: 410 });
  assert.deepEqual(seen.done, [["a", null]]);
});

test("when the browser cannot keep it, nothing is sent", () => {
  const { outbox, storage, seen } = open();
  storage.setItem = () => { throw new Error("quota"); };
  assert.throws(() => outbox.add(item("a", post())), /quota/);
  assert.equal(seen.sent.length, 0);
  assert.deepEqual(outbox.items, []);
});

test("what was refused is sent once more as it is, with its own key", async () => {
  const { outbox, world, seen } = open();
  outbox.add(item("one", post()));
  await world.settle();
  await world.request.answer({ code: "conflict", detail: "Not now." }, { status: 409 });
  assert.deepEqual(states(outbox), [["one", "refused"]]);
  outbox.retry("one");
  await world.settle();
  await world.request.answer({ id: "e1" });
  assert.deepEqual(seen.done, [["one", { id: "e1" }]]);
  assert.equal(seen.sent[0].headers["Idempotency-Key"], seen.sent[1].headers["Idempotency-Key"]);
});

test("what another tab has sent or dropped is sent by this one no more", async () => {
  const { outbox, world, storage, seen } = open();
  outbox.add(item("one", post()));
  await world.settle();
  await world.request.fail();
  assert.deepEqual(states(outbox), [["one", "waiting"]]);
  storage.removeItem("ana:out:one");
  await world.pass(60_000);
  assert.deepEqual(states(outbox), []);
  assert.equal(seen.sent.length, 1);
});

const about = (id, entry, more = {}) => ({ ...item(id, post({ text: id })), entry, composed: null, ...more });
const sentTexts = (seen) => seen.sent.map(({ body }) => JSON.parse(body).text);

test("a write at which the server fails holds back what is about the same entry, and nothing else", async () => {
  const { outbox, world, seen } = open();
  outbox.add(about("a", "/e1"));
  outbox.add(about("b", "/e1"));
  outbox.add(about("c", "/e2"));
  await world.request.answer({ code: "internal" }, { status: 500 });
  await world.request.answer({});
  assert.deepEqual(seen.done, [["c", {}]]);
  assert.deepEqual(sentTexts(seen), ["a", "c"]);
  assert.deepEqual(outbox.items.map((each) => [each.id, outbox.stateOf(each)]), [["a", "waiting"], ["b", "waiting"]]);
  await world.pass(500);
  await world.request.answer({});
  await world.request.answer({});
  assert.deepEqual(seen.done.map(([id]) => id), ["c", "a", "b"]);
});

test("what is about a story that the server has failed to begin waits for it", async () => {
  const { outbox, world, seen } = open();
  outbox.add(about("new", null, { story: "s2", begins: true }));
  outbox.add(about("in it", "/e1", { story: "s2" }));
  outbox.add(about("elsewhere", "/e2"));
  await world.request.answer({}, { status: 502 });
  await world.request.answer({});
  assert.deepEqual(sentTexts(seen), ["new", "elsewhere"]);
});

test("what is written in a story keeps its order through an outage, and is let by once the server has failed often", async () => {
  const { outbox, world, seen } = open();
  outbox.add(about("a", "/e1", { composed: {} }));
  outbox.add(about("b", "/e2", { composed: {} }));
  for (let failures = 1; failures < 4; failures += 1) {
    await world.request.answer({}, { status: 503 });
    assert.equal(outbox.stateOf(outbox.items[1]), "waiting");
    await world.pass(60_000);
  }
  assert.deepEqual(new Set(sentTexts(seen)), new Set(["a"]));
  await world.request.answer({}, { status: 503 });
  await world.request.answer({});
  assert.deepEqual(seen.done, [["b", {}]]);
  outbox.add(about("c", "/e3", { composed: {} })); // before that at which the server fails
  assert.equal(sentTexts(seen).at(-1), "c");
});

test("where the server is not reached, or asks to be left alone, nothing else is tried meanwhile", async () => {
  for (const answer of [(request) => request.fail(), (request) => request.answer({}, { status: 429 })]) {
    const { outbox, world, seen } = open();
    outbox.add(about("a", "/e1"));
    outbox.add(about("b", "/e2"));
    await answer(world.request);
    assert.deepEqual(sentTexts(seen), ["a"]);
    assert.equal(outbox.stateOf(outbox.items[1]), "waiting");
  }
});

test("each request is given up after a while, to be tried again", async () => {
  const { outbox, world, seen } = open();
  outbox.add(item("one", post()));
  await world.settle();
  assert.ok(seen.sent[0].signal instanceof AbortSignal);
});
