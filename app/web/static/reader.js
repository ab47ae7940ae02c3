// The reader's page: a story's view in a document of its own, with its title, its language and its place.

import { loadEventually } from "./late_module.js";
import { openAtPlace, rememberPlace } from "./place_memory.js";
import { StoryView } from "./story_view.js";

const main = document.getElementById("story");
const STRUCTURED = 'script[type="application/ld+json"]';
const DESCRIBED = `${STRUCTURED}, meta[property], meta[name="description"], meta[name="author"], link[rel="alternate"], link[rel="canonical"]`;

/** Remove from the head what the page began with and is not so any more: what was taken back is nowhere in it. */
function forget(selector) {
  for (const node of document.head.querySelectorAll(selector)) node.remove();
}

const tellings = {
  title: ({ title, count }) => { document.title = count ? `(${count}) ${title}` : title; },
  story: ({ language, direction }) => Object.assign(document.documentElement, { lang: language, dir: direction }),
  withdrawn: ({ words }) => {
    document.title = words;
    forget(DESCRIBED);
  },
  updated: ({ message, verdict }) => {
    if (verdict === "replaced" || (message && message.type !== "entry.published")) forget(STRUCTURED);
  },
  outdated: () => location.reload(),
  stuck: ({ href }) => location.assign(href),
};

const { embed } = main.dataset;
const links = embed === undefined ? {} : { base: embed, target: "_blank" };
const view = new StoryView(main, { links, tell: (name, details) => tellings[name]?.(details) });
export const { follower, place } = view;

// In a frame, links to elsewhere open beside the article that frames this page: neither is lost.
if (window.parent !== window) document.querySelector("base").target = "_blank";
view.start();
openAtPlace(place, () => follower.loadOlder());
rememberPlace(place);
const later = window.requestIdleCallback ?? setTimeout;

later(() => loadEventually(() => import("./reading/main.js")));
if (embed !== undefined) loadEventually(() => import("./framed.js"));
if (document.getElementById("comments")) later(() => loadEventually(() => import("./replies/numbers.js")));
