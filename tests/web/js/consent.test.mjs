// Whose frames are shown without asking: static/embeds/consent.js over a page that is no more than it uses.

import assert from "node:assert/strict";
import test from "node:test";

import { Consent } from "../../../app/web/static/embeds/consent.js";

class Page extends EventTarget {
  constructor({ kept, refuses = false } = {}) {
    super();
    this.store = kept === undefined ? {} : { "liveblog.embeds": kept };
    this.changes = 0;
    this.told = [];
    this.document = Object.assign(new EventTarget(), { documentElement: {} });
    const page = this;
    this.MutationObserver = class {
      constructor(see) { page.see = see; }
      observe(_, { attributeFilter }) { page.filter = attributeFilter; }
    };
    this.CustomEvent = class extends Event {
      constructor(name, { detail, ...options }) {
        super(name, options);
        this.detail = detail;
      }
    };
    this.localStorage = {
      getItem: (key) => { if (refuses) throw new Error("denied"); return this.store[key] ?? null; },
      setItem: (key, value) => { if (refuses) throw new Error("denied"); this.store[key] = value; },
    };
    this.consent = new Consent(() => { this.changes += 1; }, this).listen();
  }

  say(granted, more = {}) {
    this.document.dispatchEvent(new this.CustomEvent("consentchange", { detail: { granted, ...more } }));
  }
}

function figure({ provider = "youtube", category = "video", around = [], host = null } = {}) {
  const parents = [{}, ...around].map((attributes) => ({
    getAttribute: (name) => attributes[name] ?? null, getRootNode: () => ({ host }), parentElement: null,
  }));
  parents.forEach((each, at) => { each.parentElement = parents[at + 1] ?? null; });
  const [made] = parents;
  return Object.assign(made, { dataset: { provider, category }, dispatchEvent: (event) => made.told.push(event), told: [] });
}

test("nothing is granted of itself", () => {
  const { consent } = new Page();
  assert.equal(consent.isGiven(figure()), false);
  assert.equal(consent.isKept(figure()), false);
});

test("the site and the page around grant categories and providers, through shadows too", () => {
  const { consent } = new Page();
  const given = (options) => consent.isGiven(figure(options));
  assert.equal(given({ around: [{ "data-consent": "video" }] }), true);
  assert.equal(given({ around: [{}, { consent: " social\n youtube " }] }), true);
  assert.equal(given({ around: [{ consent: "social" }] }), false);
  assert.equal(given({ around: [{ consent: "" }, { "data-consent": "VIDEO vide" }] }), false);
  const host = { getAttribute: (name) => (name === "consent" ? "video" : null), parentElement: null, getRootNode: () => ({}) };
  assert.equal(given({ host }), true);
});

test("a consent manager grants by an event, the last of which counts, and what it says is not kept", () => {
  const page = new Page();
  page.say(["video", 7, null, "x y", "<b>"]);
  assert.equal(page.consent.isGiven(figure()), true);
  page.say("video");
  page.say(["social"], { by: "reader" });
  assert.equal(page.consent.isGiven(figure()), true, "what is no list, or the reader's own, changes nothing");
  page.say([]);
  assert.equal(page.consent.isGiven(figure()), false);
  assert.deepEqual(page.store, {});
  assert.equal(page.changes, 2);
});

test("what a reader grants is kept by provider, told, and taken back", () => {
  const page = new Page();
  const film = figure();
  page.consent.keep(film, true);
  assert.deepEqual(page.store, { "liveblog.embeds": '["youtube"]' });
  assert.equal(page.consent.isKept(figure()), true);
  assert.equal(page.consent.isKept(figure({ provider: "vimeo" })), false);
  assert.equal(new Page({ kept: page.store["liveblog.embeds"] }).consent.isKept(film), true);
  page.consent.keep(film, false);
  assert.deepEqual(page.store, { "liveblog.embeds": "[]" });
  assert.deepEqual(film.told.map(({ type, detail }) => [type, detail.by, detail.granted]), [
    ["consentchange", "reader", ["youtube"]], ["consentchange", "reader", []],
  ]);
  assert.deepEqual(film.told.map(({ bubbles, composed }) => [bubbles, composed]), [[true, true], [true, true]]);
});

test("another tab is followed, and what is kept is read with care", () => {
  const page = new Page({ kept: '["youtube", 7, "a b"]' });
  assert.equal(page.consent.isKept(figure()), true);
  page.store["liveblog.embeds"] = "[]";
  page.dispatchEvent(Object.assign(new Event("storage"), { key: "other" }));
  assert.equal(page.consent.isKept(figure()), true);
  page.dispatchEvent(Object.assign(new Event("storage"), { key: "liveblog.embeds" }));
  assert.equal(page.consent.isKept(figure()), false);
  for (const kept of ["no JSON", "7", "null", '{"a":1}']) assert.equal(new Page({ kept }).consent.isKept(figure()), false);
});

test("a browser that keeps nothing holds a grant for as long as the page is open", () => {
  const page = new Page({ refuses: true });
  page.consent.keep(figure(), true);
  page.consent.keep(figure({ provider: "vimeo" }), true);
  assert.equal(page.consent.isKept(figure()), true);
  page.consent.keep(figure(), false);
  assert.equal(page.consent.isKept(figure()), false);
});

test("attributes that change are heard of", () => {
  const page = new Page();
  assert.deepEqual(page.filter, ["consent", "data-consent"]);
  page.see([]);
  assert.equal(page.changes, 1);
});
