// <live-blog> where there is no document: importing it does nothing, as a server that renders pages needs it to.

import assert from "node:assert/strict";
import test from "node:test";

const FILES = ["live-blog", "ticker", "host_page", "story_view"];

test("its modules can be imported without a document, and nothing happens", async () => {
  const before = Object.getOwnPropertyNames(globalThis);
  const [{ LiveBlog }] = await Promise.all(FILES.map((name) => import(`../../../app/web/static/${name}.js`)));
  assert.deepEqual(Object.getOwnPropertyNames(globalThis), before);
  assert.equal(typeof globalThis.document, "undefined");
  assert.deepEqual(LiveBlog.observedAttributes, ["src", "mode", "limit", "order", "lang", "ad-every"]);
});

test("where there are custom elements it is defined once, however often it is loaded", async () => {
  const defined = new Map();
  globalThis.HTMLElement = class {};
  globalThis.customElements = {
    get: (name) => defined.get(name),
    define: (name, made) => {
      assert.ok(!defined.has(name));
      defined.set(name, made);
    },
  };
  try {
    const address = new URL("../../../app/web/static/live-blog.js", import.meta.url);
    const [first, second] = await Promise.all([1, 2].map((copy) => import(`${address}?${copy}`)));
    assert.notEqual(first.LiveBlog, second.LiveBlog);
    assert.ok([first.LiveBlog, second.LiveBlog].includes(defined.get("live-blog")), "whichever was there first");
  } finally {
    delete globalThis.HTMLElement;
    delete globalThis.customElements;
  }
});
