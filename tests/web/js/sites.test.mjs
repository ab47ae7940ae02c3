import assert from "node:assert/strict";
import { test } from "node:test";
import { ofSettings, roleLines, rolesBody, siteBody } from "../../../app/web/static/newsroom/pure/sites.js";

test("lists are lines or commas, and what is left empty is none", () => {
  const given = { name: "Evening", logo: "", language: "", theme: "", hosts: "a.example\n\n b.example,c.example ", consent: "", cors_origins: "" };
  assert.deepEqual(siteBody({ slug: "evening", ...given, framing: "anybody", frame_ancestors: "" }), {
    name: "Evening", logo: null, language: null, theme: null, hosts: ["a.example", "b.example", "c.example"],
    consent: [], cors_origins: [], frame_ancestors: null,
  });
});

test("frames are for anybody, for those named, or for nobody", () => {
  assert.deepEqual(siteBody({ framing: "named", frame_ancestors: "self" }), { frame_ancestors: ["self"] });
  assert.deepEqual(siteBody({ framing: "named", frame_ancestors: "" }), { frame_ancestors: [] });
  assert.deepEqual(siteBody({ framing: "anybody" }, { frame_ancestors: ["'self'"] }), { frame_ancestors: null });
  assert.deepEqual(siteBody({ framing: "named" }, { frame_ancestors: null }), { frame_ancestors: [] });
  assert.deepEqual(siteBody({ frame_ancestors: "https://a.example" }, { frame_ancestors: [] }), { frame_ancestors: ["https://a.example"] });
  assert.deepEqual(siteBody({ name: "Late" }, { frame_ancestors: [] }), { name: "Late" });
});

test("a person has one role, or one in each of some sites", () => {
  assert.equal(roleLines({ evening: "editor", morning: "reporter" }), "evening: editor\nmorning: reporter");
  assert.equal(roleLines(undefined), "");
  assert.deepEqual(rolesBody({ role: "editor" }, undefined), { role: "editor" });
  assert.deepEqual(rolesBody({ role: "editor", sites: "" }, { evening: "editor" }), { role: "editor", sites: null });
  assert.deepEqual(rolesBody({ role: "editor", sites: "evening: reporter\nmorning" }, undefined), {
    sites: { evening: "reporter", morning: "editor" },
  });
});

test("the operator's own site is not changed here", () => {
  assert.equal(ofSettings({ slug: "default" }), true);
  assert.equal(ofSettings({ slug: "evening" }), false);
});
