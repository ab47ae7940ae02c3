// Heights that frames say: static/embeds/frame_heights.js reads each provider's own form, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { followHeight, heightIn } from "../../../app/web/static/embeds/frame_heights.js";

const SAID = {
  "datawrapper.dwcdn.net": { "datawrapper-height": { AbC12: 321.4 } },
  "flo.uri.sh": JSON.stringify({ sender: "Flourish", context: "iframe.resize", height: 321.4 }),
  "platform.twitter.com": { "twttr.embed": { method: "twttr.private.resize", params: [{ height: 321.4 }] } },
  "embed.bsky.app": { id: null, height: 321.4 },
  "www.instagram.com": JSON.stringify({ type: "MEASURE", details: { height: 321.4 } }),
  "embed.reddit.com": JSON.stringify({ type: "resize.embed", data: 321.4 }),
  "t.me": JSON.stringify({ event: "resize", height: 321.4 }),
};

test("each provider is understood in its own form, and in that of no other", () => {
  for (const host of Object.keys(SAID)) {
    for (const [of, said] of Object.entries(SAID)) {
      const isBare = host === "embed.bsky.app" && ["flo.uri.sh", "t.me"].includes(of);
      assert.equal(heightIn(host, said), of === host || isBare ? 322 : null, `${of} at ${host}`);
    }
  }
  assert.equal(heightIn("social.example", { type: "setHeight", id: 1, height: 500 }, "mastodon"), 500);
  assert.equal(heightIn("social.example", { type: "setHeight", id: 1, height: 500 }, "peertube"), null);
});

test("a height has limits, and what is none is not understood", () => {
  const heights = [1, 79, 3_001, 1e9, 0, -5, NaN, Infinity, "12px", null, {}, [], "x".repeat(9)];
  const read = heights.map((height) => heightIn("embed.bsky.app", { height }));
  assert.deepEqual(read, [80, 80, 3_000, 3_000, null, null, null, 3_000, null, null, null, null, null]);
  for (const said of ["{", "null", "1", null, undefined, 7, [], { "datawrapper-height": null }]) {
    assert.equal(heightIn("datawrapper.dwcdn.net", said), null);
  }
});

test("a frame is heard itself, from its own origin, so many times, and until it is taken back", () => {
  const heard = new Set();
  globalThis.window = {
    addEventListener: (_, listener) => heard.add(listener),
    removeEventListener: (_, listener) => heard.delete(listener),
  };
  const origin = "https://embed.bsky.app";
  const own = {};
  const figure = { dataset: { provider: "bluesky" }, style: { minHeight: "" }, removeAttribute: (name) => { figure[name] = { minHeight: "" }; } };
  const end = followHeight(figure, { src: `${origin}/embed/x`, contentWindow: own, isConnected: true, addEventListener() {} });
  const say = (height, more = {}) => {
    for (const listener of heard) listener({ data: { height }, source: own, origin, ...more });
    return figure.style.minHeight;
  };
  assert.equal(say(400, { source: {} }), "");
  assert.equal(say(400, { origin: "https://other.example" }), "");
  assert.equal(say(400), "400px");
  for (let height = 401; height < 500; height += 1) say(height);
  assert.equal(figure.style.minHeight, "429px", "thirty changes, and then it rests");
  end();
  assert.equal(figure.style.minHeight, "");
  assert.equal(say(450), "");
  const frame = { src: `${origin}/embed/x`, contentWindow: own, isConnected: true };
  followHeight(figure, frame, [{ data: { height: 444 }, source: own, origin }, { data: { height: 9 }, source: {}, origin }]);
  assert.equal(figure.style.minHeight, "444px", "what it has said before it was heard");
});
