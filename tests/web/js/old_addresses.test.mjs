// Addresses that entries had elsewhere: what of a page's address may be one, and where it leads.

import assert from "node:assert/strict";
import { test } from "node:test";

import { followOldAddress, oldAddresses } from "../../../app/web/static/reading/old_addresses.js";

const none = () => false;

test("a fragment and each parameter that is not of ours may be an old address", () => {
  const cases = [
    ["", "#1234", ["#1234"]],
    ["?liveblog._id=urn:newsml:1", "", ["?liveblog._id=urn:newsml:1"]],
    ["?entry=x&only=key&tag=a&order=oldest&position=p&embed=1", "#entry-x", []],
    ["?utm_source=a&fbclid=b&gclid=c", "", []],
    ["?a=1&b=2&c=3&d=4", "#x", ["#x", "?a=1", "?b=2"]],
    ["", "#", []],
  ];
  for (const [search, hash, expected] of cases) assert.deepEqual(oldAddresses({ search, hash }, none), expected);
});

test("a fragment that the page has is none", () => {
  assert.deepEqual(oldAddresses({ search: "", hash: "#comments" }, (alias) => alias === "#comments"), []);
});

function world(entries, address = {}) {
  const asked = [];
  const went = [];
  const place = { pathname: "/stories/night", search: "", hash: "", replace: (to) => went.push(to), ...address };
  const page = { getElementById: (id) => (id === "comments" ? {} : null) };
  const ask = async (url) => {
    asked.push(url);
    const alias = new URL(url, "https://live.example").searchParams.get("alias");
    if (entries === null) throw new TypeError("no network");
    return { ok: entries !== undefined, json: async () => ({ items: entries[alias] ? [{ id: entries[alias] }] : [] }) };
  };
  return { asked, went, means: { place, page, ask } };
}

test("the reader is taken to the entry", async () => {
  const { asked, went, means } = world({ "#12 34": "e1" }, { hash: "#12 34" });
  await followOldAddress("night id", means);
  assert.deepEqual(went, ["/stories/night?entry=e1#entry-e1"]);
  assert.deepEqual(asked, ["/v1/stories/night%20id/entries?alias=%2312+34&limit=1&fields=id"]);
});

test("a parameter is asked for when the fragment is no entry's", async () => {
  const { went, means } = world({ "?id=2": "e2" }, { search: "?id=2", hash: "#x" });
  await followOldAddress("s", means);
  assert.deepEqual(went, ["/stories/night?entry=e2#entry-e2"]);
});

test("nothing happens where there is none, no answer, or a fragment of the page", async () => {
  for (const [entries, address] of [[{}, { hash: "#1" }], [undefined, { hash: "#1" }], [null, { hash: "#%E0%A4%A" }], [{ "#comments": "e" }, { hash: "#comments" }]]) {
    const { went, means } = world(entries, address);
    await followOldAddress("s", means);
    assert.deepEqual(went, []);
  }
});
