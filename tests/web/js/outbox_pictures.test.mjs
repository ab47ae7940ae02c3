import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox, step } from "../../../app/web/static/newsroom/pure/outbox.js";
import { MEDIA, added, open } from "./upload_world.mjs";
import { Storage } from "./world.mjs";

function withOutbox(opened, storage = new Storage()) {
  const sent = [];
  const done = [];
  const { fetch, ...env } = opened.world.env;
  const outbox = new Outbox({
    storage, prefix: "ana", token: "lb_person_x", pictures: opened.uploads,
    env: { ...env, clock: () => opened.world.time, fetch: (url, options) => { sent.push({ url, ...options }); return fetch(url); } },
    onChange: () => {}, onDone: ({ id }) => done.push(id), onSignedOut: () => {},
  });
  opened.uploads.onChange = () => outbox.lookAgain();
  return { outbox, sent, done, storage };
}

const post = (id, entry, awaits) => ({
  id, story: "s1", entry, label: id, composed: {}, awaits,
  steps: [step("POST", "/v1/stories/s1/entries", { text: id }, { newKey: () => `key-${id}` })],
});
const entryStates = ({ items }) => items.map(({ id, state }) => [id, state]);

test("an entry waits for its pictures, and what is written after it does not, unless it is about the same entry", async () => {
  const opened = open();
  await opened.uploads.open();
  const { outbox, sent, done } = withOutbox(opened);
  const { id } = await added(opened);
  outbox.add(post("a", "/e1", [id]));
  outbox.add(post("b", "/e1"));
  outbox.add(post("c", "/e2"));
  await opened.settle();
  assert.deepEqual(sent.map(({ body }) => JSON.parse(body).text), ["c"]);
  assert.deepEqual(entryStates(outbox), [["a", "pictures"], ["b", "sending"], ["c", "sending"]]);
  await opened.world.request.answer({});
  await opened.seen.sent[0].answer(MEDIA);
  await opened.settle();
  await opened.world.request.answer({});
  await opened.world.request.answer({});
  assert.deepEqual(done, ["c", "a", "b"]);
});

test("an entry and its picture survive a closed browser, and both are sent once", async () => {
  const first = open();
  await first.uploads.open();
  const kept = withOutbox(first);
  const { id, key } = await added(first);
  kept.outbox.add(post("a", "/e1", [id]));
  await first.seen.sent[0].fail();
  first.uploads.stop();
  kept.outbox.stop();
  const second = open({ store: first.store });
  const { outbox, sent, done } = withOutbox(second, kept.storage);
  outbox.run();
  await second.settle();
  assert.deepEqual(entryStates(outbox), [["a", "pictures"]]); // not refused: it is not known yet what is kept
  await second.uploads.open();
  await second.settle();
  assert.equal(second.seen.sent[0].headers["Idempotency-Key"], key);
  await second.seen.sent[0].answer(MEDIA);
  await second.settle();
  await second.world.request.answer({});
  assert.deepEqual(done, ["a"]);
  assert.equal(sent.length, 1);
});

test("an entry of which a picture is refused says so, and one whose picture is lost, too", async () => {
  const opened = open();
  await opened.uploads.open();
  const { outbox, sent } = withOutbox(opened);
  const { id } = await added(opened);
  outbox.add(post("a", "/e1", [id]));
  outbox.add(post("b", "/e2", ["never-kept"]));
  await opened.seen.sent[0].answer({ detail: "SVG is not taken." }, { status: 415 });
  assert.deepEqual(outbox.items.map(({ state, problem }) => [state, problem.detail.slice(0, 30)]), [
    ["refused", "SVG is not taken."], ["refused", "A picture is not in this brows"],
  ]);
  assert.deepEqual(sent, []);
});

test("what another tab has sent is not refused for its pictures, which are forgotten then", async () => {
  const opened = open();
  await opened.uploads.open();
  const { outbox, storage } = withOutbox(opened);
  const { id } = await added(opened);
  outbox.add(post("a", "/e1", [id]));
  storage.removeItem("ana:out:a");
  await opened.uploads.remove(id);
  assert.deepEqual(outbox.items, []);
});
