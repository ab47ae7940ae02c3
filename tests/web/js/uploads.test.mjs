import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf, offeredWords } from "../../../app/web/static/newsroom/pure/uploads.js";
import { FILE, MEDIA, Locks, Store, added, open, states } from "./upload_world.mjs";

test("a file is kept before it is sent, with its own id and key, and what it is the server is to see by itself", async () => {
  const opened = open();
  const { id, key } = await added(opened);
  assert.equal((await opened.store.get(id)).key, key);
  const [request] = opened.seen.sent;
  assert.equal(request.path, `/v1/media?id=${id}`);
  assert.equal(request.headers["Idempotency-Key"], key);
  assert.equal(request.headers.Authorization, "Bearer lb_person_x");
  assert.equal(request.headers["Content-Type"], "application/octet-stream");
  assert.equal(request.body, FILE);
  await request.answer(MEDIA);
  assert.deepEqual(states(opened), ["done"]);
  assert.deepEqual((await opened.store.get(id)).media, MEDIA);
  assert.equal((await opened.store.get(id)).file, null); // on the server's disk: the browser's room is for others
});

test("progress is that of the bytes, and of several together by their sizes", async () => {
  const opened = open();
  const one = await added(opened, { ...FILE, size: 3_000 });
  const two = await added(opened);
  opened.seen.sent[0].onProgress(0.5);
  assert.equal(opened.uploads.progressOf([one.id]), 0.5);
  assert.equal(opened.uploads.progressOf([one.id, two.id]), 0.375);
});

test("what fails is sent again with the same id and key, by itself and once the network is back", async () => {
  const opened = open();
  await added(opened);
  await opened.seen.sent[0].fail();
  assert.deepEqual(states(opened), ["waiting"]);
  assert.equal(opened.uploads.items[0].problem.detail, "The server cannot be reached.");
  await opened.world.pass(500);
  await opened.seen.sent[1].answer({ detail: "Too many files are worked on." }, { status: 503, headers: { "retry-after": "9" } });
  assert.equal(opened.uploads.items[0].problem.detail, "Too many files are worked on.");
  await opened.world.pass(8_900);
  assert.equal(opened.seen.sent.length, 2);
  await opened.world.pass(200);
  await opened.seen.sent[2].answer(MEDIA);
  assert.deepEqual(states(opened), ["done"]);
  assert.equal(new Set(opened.seen.sent.map(({ path }) => path)).size, 1);
  assert.equal(new Set(opened.seen.sent.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
});

test("an answer that is cut off is no answer: the same is sent again", async () => {
  const opened = open();
  await added(opened);
  const { signal: _signal, ...request } = opened.seen.sent[0];
  assert.ok(request);
  opened.seen.sent[0].answer(undefined);
  await opened.settle();
  assert.deepEqual(states(opened), ["waiting"]);
});

for (const [status, code] of [[415, "media_not_taken"], [413, "media_too_large"], [422, "media_unreadable"], [403, "not_allowed"]]) {
  test(`what is refused with ${status} stays with its reason, is not sent again by itself, and keeps no other back`, async () => {
    const opened = open();
    const { id } = await added(opened);
    await added(opened);
    await opened.seen.sent[0].answer({ code, detail: "SVG is not taken." }, { status });
    assert.deepEqual(states(opened), ["refused", "sending"]);
    assert.equal(opened.uploads.items[0].problem.detail, "SVG is not taken.");
    assert.equal(opened.uploads.check([id]).state, "refused");
    await opened.seen.sent[1].answer(MEDIA);
    await opened.world.pass(600_000);
    assert.equal(opened.seen.sent.length, 2);
    opened.uploads.retry(id);
    await opened.settle();
    assert.equal(opened.seen.sent[2].headers["Idempotency-Key"], opened.seen.sent[0].headers["Idempotency-Key"]);
  });
}

test("one that the server has no room for now keeps no other back", async () => {
  const opened = open();
  await added(opened);
  await added(opened);
  await opened.seen.sent[0].answer({ detail: "Full." }, { status: 503, headers: { "retry-after": "60" } });
  assert.equal(opened.seen.sent.length, 2);
  await opened.seen.sent[1].answer(MEDIA);
  assert.deepEqual(states(opened), ["waiting", "done"]);
  await opened.world.pass(60_000);
  assert.equal(opened.seen.sent.length, 3);
});

test("one that is taken out while it is sent is cut off, and forgotten by the browser", async () => {
  const opened = open();
  const { id } = await added(opened);
  await added(opened);
  opened.uploads.remove(id);
  await opened.settle();
  assert.equal(opened.seen.sent[0].signal.aborted, true);
  assert.equal(await opened.store.get(id), null);
  assert.equal(opened.uploads.items.length, 1);
  assert.equal(opened.seen.sent.length, 2); // the next has begun
});

test("one that is taken out before it is prepared is never kept", async () => {
  let prepared;
  const opened = open({ prepare: (file) => new Promise((resolve) => { prepared = () => resolve(file); }) });
  const { id } = opened.uploads.add(FILE);
  const gone = opened.uploads.remove(id);
  prepared();
  await gone;
  await opened.settle();
  assert.equal(await opened.store.get(id), null);
  assert.equal(opened.seen.sent.length, 0);
});

test("a file that cannot be prepared is sent as it is", async () => {
  const opened = open({ prepare: async () => { throw new Error("no decoder here"); } });
  await added(opened, { ...FILE, type: "image/heic" });
  assert.equal(opened.seen.sent[0].body.type, "image/heic");
});

test("after a reload what was kept is sent, the same under the same key, and what is done is known", async () => {
  const first = open();
  const done = await added(first);
  await first.seen.sent[0].answer(MEDIA);
  const begun = await added(first);
  first.uploads.stop();
  await first.settle();
  const second = open({ store: first.store });
  await second.uploads.open();
  await second.settle();
  assert.deepEqual(states(second), ["done", "sending"]);
  assert.equal(second.seen.sent[0].headers["Idempotency-Key"], begun.key);
  assert.equal(second.uploads.check([done.id]).state, "ready");
});

test("what one person has kept another neither sees nor sends", async () => {
  const first = open();
  const { id } = await added(first);
  first.store.kept.get(id).owner = "rui";
  const second = open({ store: first.store });
  await second.uploads.open();
  await second.settle();
  assert.deepEqual(second.uploads.items, []);
  await second.uploads.reread(id);
  assert.deepEqual(second.uploads.items, []);
});

test("two tabs send an upload once", async () => {
  const shared = { store: new Store(), locks: new Locks() };
  const one = open(shared);
  const { id } = await added(one);
  const two = open({ ...shared, world: one.world });
  await two.uploads.open();
  await one.settle();
  assert.equal(two.seen.sent.length, 0); // it waits for the other
  await one.seen.sent[0].answer(MEDIA);
  await one.settle();
  assert.equal(two.seen.sent.length, 0);
  assert.deepEqual(states(two), ["done"]);
  assert.deepEqual(two.uploads.find(id).media, MEDIA);
});

test("the other tab sends what a tab that is closed has begun", async () => {
  const shared = { store: new Store(), locks: new Locks() };
  const one = open(shared);
  const { key } = await added(one);
  const two = open({ ...shared, world: one.world });
  await two.uploads.open();
  one.uploads.stop();
  await one.settle();
  assert.equal(two.seen.sent[0].headers["Idempotency-Key"], key);
});

test("what another tab takes out is cut off here", async () => {
  const shared = { store: new Store(), locks: new Locks() };
  const one = open(shared);
  const { id } = await added(one);
  const two = open({ ...shared, world: one.world });
  await two.uploads.open();
  await two.uploads.remove(id);
  await one.uploads.reread(id);
  await one.settle();
  assert.equal(one.seen.sent[0].signal.aborted, true);
  assert.deepEqual(one.uploads.items, []);
});

test("a browser that is full sends from memory, and says that it does not keep it", async () => {
  const opened = open({ store: new Store({ room: 0 }) });
  const item = await added(opened);
  assert.equal(item.isKept, false);
  await opened.seen.sent[0].fail();
  await opened.world.pass(500);
  await opened.seen.sent[1].answer(MEDIA);
  assert.deepEqual(states(opened), ["done"]);
});

test("who is signed out keeps what they have, and it is sent once they are back", async () => {
  const first = open();
  await added(first);
  await first.seen.sent[0].answer({}, { status: 401 });
  assert.equal(first.seen.signedOut, 1);
  first.uploads.stop();
  const second = open({ store: first.store });
  await second.uploads.open();
  await second.settle();
  assert.equal(second.seen.sent.length, 1);
});

test("who waits for an upload is given what became of it", async () => {
  const opened = open();
  const one = await added(opened);
  const two = await added(opened);
  const three = await added(opened);
  const waiting = [one, two, three].map(({ id }) => opened.uploads.finished(id).then(
    (media) => media.url, (problem) => problem.detail,
  ));
  await opened.seen.sent[0].answer(MEDIA);
  await opened.seen.sent[1].answer({ detail: "Damaged." }, { status: 422 });
  await opened.seen.sent[2].fail();
  assert.deepEqual(await Promise.all(waiting), ["/media-previews/x", "Damaged.", "The server cannot be reached."]);
});

test("what nothing names any more is forgotten after a time, and what is named stays", async () => {
  const opened = open();
  const [old, named] = [await added(opened), await added(opened)];
  opened.world.time = 1_000;
  const fresh = await added(opened);
  await opened.uploads.sweep((id) => id === named.id, 500);
  assert.deepEqual(opened.uploads.items.map(({ id }) => id), [named.id, fresh.id]);
  assert.equal(await opened.store.get(old.id), null);
});

test("kinds are those of the declared type, and offered words those that nobody has typed", () => {
  assert.deepEqual(["image/heic", "video/mp4", "audio/mpeg", "", undefined].map(kindOf), ["image", "video", "audio", "image", "image"]);
  const media = { caption: "The Douro", credit: "Ana/Agency" };
  assert.deepEqual(offeredWords(media, ["credit"]), { caption: "The Douro" });
  assert.deepEqual(offeredWords({ caption: "", credit: "" }, []), {});
});
