import assert from "node:assert/strict";
import { test } from "node:test";
import { Crowd } from "./crowd.mjs";

const READERS = 100;
const FEW = 30; // for hours

for (const awaySeconds of [1, 8, 20, 60, 200]) {
  test(`15 seconds after an outage of ${awaySeconds} s, 95 of 100 readers are on a socket again`, async () => {
    for (const seed of [1, 2, 3]) {
      const crowd = new Crowd({ count: READERS, seed });
      await crowd.pass(60_000);
      assert.deepEqual(crowd.served(), { websocket: READERS });
      crowd.goAway();
      await crowd.pass(1000 * awaySeconds);
      crowd.comeBack();
      await crowd.pass(15_000);
      assert.ok((crowd.served().websocket ?? 0) >= 95, JSON.stringify(crowd.served()));
      await crowd.pass(5_000);
      assert.deepEqual(crowd.served(), { websocket: READERS });
    }
  });
}

test("readers who came while the server was away are on a socket soon after it is back", async () => {
  const crowd = new Crowd({ count: READERS, seed: 4 });
  crowd.goAway();
  await crowd.pass(60_000);
  crowd.comeBack();
  await crowd.pass(20_000);
  assert.deepEqual(crowd.served(), { websocket: READERS });
});

test("several outages in a row leave nobody behind", async () => {
  const crowd = new Crowd({ count: READERS, seed: 5 });
  for (const [awayMs, backMs] of [[8_000, 3_000], [2_000, 1_000], [30_000, 500], [8_000, 20_000]]) {
    crowd.goAway();
    await crowd.pass(awayMs);
    crowd.comeBack();
    await crowd.pass(backMs);
  }
  assert.deepEqual(crowd.served(), { websocket: READERS });
});

test("where sockets are blocked, an outage leads back to the event stream, and costs one try of a socket", async () => {
  const crowd = new Crowd({ count: FEW, seed: 6, blocked: ["websocket"] });
  await crowd.pass(20_000);
  assert.deepEqual(crowd.served(), { sse: FEW });
  crowd.goAway();
  await crowd.pass(60_000);
  const isSocket = ([name]) => name === "websocket";
  crowd.comeBack();
  await crowd.pass(60_000);
  assert.deepEqual(crowd.served(), { sse: FEW });
  const before = crowd.tried.filter(isSocket).length;
  await crowd.pass(3_600_000);
  // uniform(15 s, 45 s), then each wait twice as long: six or seven in an hour.
  const perReader = (crowd.tried.filter(isSocket).length - before) / FEW;
  assert.ok(perReader <= 8, `${perReader} sockets an hour`);
  assert.deepEqual(crowd.served(), { sse: FEW });
});

test("where only questions get through, the others are asked for seldom", async () => {
  const crowd = new Crowd({ count: FEW, seed: 7, blocked: ["websocket", "sse"] });
  await crowd.pass(30_000);
  assert.deepEqual(crowd.served(), { poll: FEW });
  const before = crowd.tried.length;
  await crowd.pass(3_600_000);
  const others = crowd.tried.slice(before).filter(([name]) => name !== "poll").length / FEW;
  assert.ok(others >= 2 && others <= 16, `${others} an hour`);
  assert.deepEqual(crowd.served(), { poll: FEW });
});

test("when sockets are blocked no more, they serve again within the hour", async () => {
  const crowd = new Crowd({ count: FEW, seed: 8, blocked: ["websocket"] });
  await crowd.pass(20_000);
  crowd.blocked = [];
  await crowd.pass(3_600_000);
  assert.deepEqual(crowd.served(), { websocket: FEW });
});
