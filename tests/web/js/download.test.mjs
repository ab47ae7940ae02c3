import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

// The session's module asks the browser's tab for a token as it is loaded.
globalThis.sessionStorage = { getItem: () => "a token", setItem: () => {}, removeItem: () => {} };
const clicked = [];
globalThis.document = { createElement: () => ({ click() { clicked.push(this.download); } }) };
const saved = [];
URL.createObjectURL = (blob) => saved.push(blob) && "blob:it";
URL.revokeObjectURL = () => {};
const { download } = await import("../../../app/web/static/newsroom/drawing/session.js");

const LIMIT_MS = 20_000;
mock.timers.enable({ apis: ["setTimeout"] });
let signal = null;

beforeEach(() => {
  clicked.length = saved.length = 0;
  signal = null;
});

/** A server that answers with `body` once `answer` is called, and never by itself. */
function serverWith(body) {
  let answer;
  const answered = new Promise((resolve) => {
    answer = () => resolve(new Response(body, { headers: { "content-type": "text/csv" } }));
  });
  globalThis.fetch = (_, { signal: given }) => {
    signal = given;
    return Promise.race([answered, new Promise((_, reject) => given.addEventListener("abort", () => reject(given.reason)))]);
  };
  return answer;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a download that nobody answers is given up", async () => {
  serverWith("");
  const done = assert.rejects(download("/audit.csv", "audit.csv"), { name: "TimeoutError" });
  mock.timers.tick(LIMIT_MS - 1);
  assert.equal(signal.aborted, false);
  mock.timers.tick(1);
  await done;
  assert.deepEqual(clicked, []);
});

test("a download that stops on its way is given up, and one that goes on is not, however long it takes", async () => {
  let more;
  const body = new ReadableStream({ start: (given) => {
    more = given;
  } });
  serverWith(body)();
  const done = download("/audit.csv", "audit.csv");
  for (let part = 0; part < 5; part += 1) {
    await turn();
    mock.timers.tick(LIMIT_MS - 1);
    more.enqueue(new TextEncoder().encode(`line ${part}\n`));
    await turn();
  }
  more.close();
  await done;
  assert.deepEqual(clicked, ["audit.csv"]);
  assert.equal(await saved[0].text(), "line 0\nline 1\nline 2\nline 3\nline 4\n");
  assert.equal(saved[0].type, "text/csv");

  let stalled;
  serverWith(new ReadableStream({ start: (given) => {
    stalled = given;
    signal?.addEventListener("abort", () => given.error(signal.reason));
  } }))();
  const never = download("/audit.csv", "audit.csv");
  const isRefused = assert.rejects(never, { name: "TimeoutError" });
  await turn();
  signal.addEventListener("abort", () => stalled.error(signal.reason)); // as the browser does with a body
  stalled.enqueue(new TextEncoder().encode("line 0\n"));
  await turn();
  mock.timers.tick(LIMIT_MS);
  await isRefused;
  assert.deepEqual(clicked, ["audit.csv"]);
});
