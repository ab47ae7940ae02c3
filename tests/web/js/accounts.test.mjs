import assert from "node:assert/strict";
import { test } from "node:test";
import { accountName, bylineRule, bylineText } from "../../../app/web/static/newsroom/pure/accounts.js";

const ADA = { token: "t1", person: "p1", name: "Ada Lind" };

test("an account is called by its name, and the operator and the clock are said in words", () => {
  assert.equal(accountName(ADA), "Ada Lind");
  assert.equal(accountName({ token: "admin", name: null }), "the operator");
  assert.equal(accountName({ token: "clock", name: null }), "nobody: it came due");
  assert.equal(accountName({ token: "gone", name: null }), "gone");
});

test("who posted stands beside the byline, whatever that says, and where there is none", () => {
  const authors = [{ name: "The Prime Minister" }, { name: "Bo" }];
  assert.equal(bylineText({ authors }, ADA), "The Prime Minister, Bo · posted by Ada Lind");
  assert.equal(bylineText({ authors: [] }, ADA), "No byline · posted by Ada Lind");
  assert.equal(bylineText({ authors }, undefined), "The Prime Minister, Bo");
});

test("a writer is told before whose names may stand over an entry, where not anybody's may", () => {
  assert.equal(bylineRule(null), "");
  assert.equal(bylineRule(undefined), "");
  assert.match(bylineRule(["Ada Lind", "A. Lind"]), /your own only, Ada Lind or A\. Lind\./);
  assert.match(bylineRule([]), /none/);
});
