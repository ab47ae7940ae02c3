// The service worker of the newsroom's page, where the network or the browser's own disk says nothing, or fails.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../../app/web/static/newsroom_shell/worker.js", import.meta.url), "utf-8");
const ORIGIN = "https://live.example";
const FILE = "/static/abc/client.js";
const PAGE = "the page";
const DIGEST = Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(PAGE))).toString("hex");
const never = () => new Promise(() => {});

/** A worker with a cache and a network; `disk` and `network` take the place of what they are named after. */
function worker({ disk = {}, network = served } = {}) {
  const kept = new Map();
  const listeners = {};
  const timers = [];
  const cacheOf = (name) => ({
    match: async (address) => kept.get(name)?.get(address.replace(ORIGIN, ""))?.clone(),
    put: async (address, answer) => { kept.get(name).set(address, answer); },
  });
  const caches = {
    keys: async () => [...kept.keys()],
    open: async (name) => {
      if (!kept.has(name)) kept.set(name, new Map());
      return { ...cacheOf(name), ...disk.cache };
    },
    delete: async (name) => kept.delete(name),
    ...disk.caches,
  };
  const self = { addEventListener: (name, run) => { listeners[name] = run; }, skipWaiting() {} };
  const limits = [];
  vm.runInNewContext(`const SHELL = ${JSON.stringify({ version: "1", page: DIGEST, files: [FILE] })};\n${SCRIPT}`, {
    self, caches, crypto, URL, location: { origin: ORIGIN }, console: { warn() {} },
    fetch: (request, options) => network(request.url ?? ORIGIN + request, options),
    setTimeout: (run, delay, ...given) => timers.push(() => run(...given)),
    clearTimeout() {},
    AbortSignal: {
      timeout: () => {
        limits.push(new AbortController());
        return limits.at(-1).signal;
      },
    },
  });
  return {
    kept,
    limits,
    install: () => new Promise((done) => listeners.install({ waitUntil: done })),
    open: (path, mode = "navigate") => new Promise((done) => (
      listeners.fetch({ request: { url: ORIGIN + path, method: "GET", mode }, respondWith: done })
    )),
    /** Let everything that waits for a while have waited for long enough. */
    async lateness() {
      await new Promise((done) => setImmediate(done));
      for (const run of timers.splice(0)) run();
    },
  };
}

async function served(url) {
  const headers = { "cache-control": url.includes("/static/") ? "public, immutable" : "no-cache" };
  return new Response(url.includes("/static/") ? "a script" : PAGE, { headers });
}

test("a page whose answer begins and stops is opened as it is kept", async () => {
  let isSilent = false;
  const halfway = new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode("the")) });
  const shell = worker({ network: (url) => (isSilent ? Promise.resolve(new Response(halfway)) : served(url)) });
  await shell.install();
  isSilent = true;
  const opening = shell.open("/newsroom");
  await shell.lateness();
  await shell.lateness();
  assert.equal(await (await opening).text(), PAGE);
});

test("where the browser cannot read what it keeps, or never answers, the network serves", async () => {
  const failing = async () => { throw new DOMException("out of order", "UnknownError"); };
  for (const broken of [failing, never]) {
    const shell = worker({ disk: { caches: { open: broken, keys: broken } } });
    for (const [path, mode, text] of [["/newsroom", "navigate", PAGE], [FILE, "script", "a script"]]) {
      const opening = shell.open(path, mode);
      await shell.lateness();
      assert.equal(await (await opening).text(), text);
    }
  }
});

test("a shell that cannot be put away whole is not kept at all, and its install fails", async () => {
  const full = async () => { throw new DOMException("full", "QuotaExceededError"); };
  const shell = worker({ disk: { cache: { put: full } } });
  await assert.rejects(shell.install(), { name: "QuotaExceededError" });
  assert.equal(shell.kept.size, 0);
});

test("an install from a silent server ends, and gives its connections back", async () => {
  const network = (url, { signal }) => new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
  const shell = worker({ network });
  const failed = assert.rejects(shell.install(), { name: "AbortError" });
  assert.equal(shell.limits.length, 1);
  shell.limits[0].abort();
  await failed;
  assert.equal(shell.kept.size, 0);
});
