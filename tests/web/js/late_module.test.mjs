import assert from "node:assert/strict";
import test from "node:test";

import { loadEventually, loadLate } from "../../../app/web/static/late_module.js";

const ADDRESS = "data:text/javascript,export const name = import.meta.url;";

test("what Firefox could not load is asked for under another address, at which nothing has failed", async () => {
  const asked = [];
  const load = () => {
    asked.push("./firefox.js");
    return Promise.reject(new TypeError(`error loading dynamically imported module: ${ADDRESS}`));
  };
  await assert.rejects(loadLate(load), TypeError);
  const { name } = await loadLate(load);
  assert.equal(name, `${ADDRESS}#`);
  assert.equal(asked.length, 1);
});

test("what other browsers could not load is asked for by the code that loads it, which shares it with all others", async () => {
  for (const message of [`Failed to fetch dynamically imported module: ${ADDRESS}`, "Importing a module script failed."]) {
    const asked = [];
    const load = () => {
      asked.push("./others.js");
      return Promise.reject(new TypeError(message));
    };
    await assert.rejects(loadLate(load), TypeError);
    await assert.rejects(loadLate(load), TypeError);
    assert.equal(asked.length, 2);
  }
});

test("a module that fails by itself fails as it does", async () => {
  await assert.rejects(loadLate(() => Promise.reject(undefined)), (error) => error === undefined);
  await assert.rejects(loadLate(() => import("data:text/javascript,throw new RangeError('its own')")), RangeError);
});

test("what is out of reach is asked for until it is there, and what came and fails by itself fails at once", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  for (const message of [
    "Failed to fetch dynamically imported module: http://a.example/x.js", "Importing a module script failed.",
    "error loading dynamically imported module: data:text/javascript,export const name = 7;",
  ]) {
    let asked = 0;
    const load = async () => {
      asked += 1;
      if (asked < 2) throw new TypeError(message);
      return { name: 7 };
    };
    const loaded = loadEventually(load);
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    context.mock.timers.tick(5_000);
    assert.equal((await loaded).name, 7);
  }
  await assert.rejects(loadEventually(() => Promise.reject(new TypeError("x is not a function"))), TypeError);
});

test("nothing is asked for once its signal has aborted", async () => {
  const ending = new AbortController();
  ending.abort();
  assert.deepEqual(await loadEventually(() => assert.fail("asked"), ending.signal), {});
});
