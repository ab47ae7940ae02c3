// Keeps the reader's page up to date, beginning with what the server drew, which is complete.
// Two rules: what the reader is looking at never moves, and nothing is announced that they have not been given.

import { follow } from "./client.js";
import { drawEntry, element, inShort, redrawTimes } from "./entries.js";
import { briefly, drawPinsAndKeyPoints } from "./pins_and_key_points.js";
import { openAtPlace, rememberPlace } from "./place_memory.js";
import { offerPlayers } from "./players.js";
import { keepReadingPlace } from "./reading_place.js";
import { drawStoryHeader } from "./story_header.js";
import { languageOfWords, learnWords, say, sayAgain, sayCount } from "./words.js";

const QUIET_MS = 5_000; // a connection that comes back sooner is not worth a word

const main = document.getElementById("story");
const timeline = document.getElementById("timeline");
const fresh = document.getElementById("fresh");
const older = document.getElementById("older");
const announcement = document.getElementById("announcement");
export const place = keepReadingPlace(main);
const siteName = main.dataset.site;
const newestPage = main.dataset.newest === "yes";
const withheld = new Set(); // entries above the page, when it does not begin with the newest
const linkedStories = new Map(); // what is known of the stories before and after this one, by id
let title = document.title;
let whisper;
let announced = null;

function articles() {
  return [...timeline.querySelectorAll(":scope > article")];
}

/** Return what the page shows as a state: enough of each entry to know its place and age. */
function stateOnPage() {
  const items = articles().map(({ dataset }) => (
    { id: dataset.id, revision: Number(dataset.revision), sort_key: dataset.sortKey }
  ));
  const { story: id, head, next, language, timeZone, status } = main.dataset;
  const [pinned, points, included] = ["pinned", "keyPoints", "included"].map((name) => JSON.parse(main.dataset[name]));
  return {
    id, language, time_zone: timeZone, status, pinned, key_points: points,
    timeline: { items, next: next || null, prev: null }, included, head,
  };
}

export const follower = follow({
  story: main.dataset.story,
  state: stateOnPage(),
  origin: location.origin,
  onUpdate,
  onComments: ({ count }) => drawCounts({ "replies.count": count }),
  onConnection,
});

function onUpdate({ state, before, message, verdict }) {
  if (state.status === "withdrawn") {
    main.replaceChildren(element("p", {}, document.title = say("withdrawn")));
    follower.stop();
    return;
  }
  if (!newestPage) {
    if (verdict === "replaced") {
      location.reload(); // a snapshot begins with the newest entries, and this page does not
      return;
    }
    holdBackAbove(message);
  }
  const held = new Set((before?.timeline.items ?? []).map((item) => item.id));
  place.keeping(() => {
    draw(state, { all: verdict === "replaced", isOlder: verdict === "page" });
    if (message?.type === "story.updated" || verdict === "replaced") drawStory(state);
    drawPinsAndKeyPoints(state, textOnPage);
  });
  drawCounts({ "updates.count": state.entry_count });
  if (message?.entry && verdict === "applied" && !held.has(message.entry.id)) announce(message.entry.id);
  if (message?.id === announced) announcement.textContent = ""; // taken back, so said no more
}

/** Hold back a new entry that sorts above an older page; the link at the page's top leads to it. */
function holdBackAbove(message) {
  if (!message?.entry) return;
  const top = articles()[0];
  const { id, sort_key: key } = message.entry;
  const shown = document.getElementById(`entry-${id}`) !== null;
  const above = !top || key > top.dataset.sortKey || (key === top.dataset.sortKey && id > top.dataset.id);
  if (!shown && above) withheld.add(id);
  else withheld.delete(id);
}

/** Make the timeline show the state: what changed is replaced, the rest is not touched. */
function draw(state, { all = false, isOlder = false } = {}) {
  const wanted = shownOf(state);
  const ids = new Set(wanted.map((item) => item.id));
  for (const article of articles()) if (!ids.has(article.dataset.id)) article.remove();
  let previous = null;
  for (const item of wanted) {
    previous = put(item, state, previous, { all, isOlder });
  }
  const shown = articles();
  const waiting = state.timeline.items.length - shown.length;
  drawFresh(waiting);
  document.getElementById("nothing-yet").hidden = shown.length > 0 || waiting > 0;
  drawOlder(state);
}

/** Return the entries to draw now: all but those above a reader who has scrolled down. */
function shownOf(state) {
  const { items } = state.timeline;
  if (!newestPage) return items.filter((item) => !withheld.has(item.id));
  if (articles().length === 0 || !place.isReading(timeline)) return items;
  const first = items.findIndex((item) => document.getElementById(`entry-${item.id}`));
  return first < 0 ? items : items.slice(first);
}

function put(item, state, previous, { all, isOlder }) {
  const present = document.getElementById(`entry-${item.id}`);
  let article = present;
  if (!present || (all && item.body_html !== undefined) || Number(present.dataset.revision) !== item.revision) {
    article = drawEntry(item, state);
    offerPlayers(article);
    if (present) replaceArticle(present, article);
    else if (!isOlder) flash(article);
  }
  const next = previous ? previous.nextElementSibling : timeline.firstElementChild;
  if (next !== article) timeline.insertBefore(article, next);
  return article;
}

/** Put a new drawing in the place of an old one. Pictures that are the same stay: they are loaded, and have their size. */
function replaceArticle(present, article) {
  const loaded = [...present.querySelectorAll("img")];
  for (const image of article.querySelectorAll("img")) {
    const at = loaded.findIndex((each) => each.isEqualNode(image));
    if (at >= 0) image.replaceWith(...loaded.splice(at, 1));
  }
  present.replaceWith(article);
}

/** Show for a moment that an entry is new. */
function flash(article) {
  article.classList.add("is-new");
  article.addEventListener("animationend", () => article.classList.remove("is-new"), { once: true });
}

function drawFresh(count) {
  fresh.hidden = count === 0;
  fresh.textContent = sayCount("updates.new", count);
  document.title = count ? `(${count}) ${title}` : title;
}

fresh.addEventListener("click", () => {
  if (!newestPage) {
    document.getElementById("to-newest").click();
    return;
  }
  const held = new Set(articles().map((article) => article.dataset.id));
  place.goToTop();
  draw(follower.state);
  articles().find((article) => !held.has(article.dataset.id))?.focus({ preventScroll: true });
});

window.addEventListener("scroll", () => {
  if (!fresh.hidden && newestPage && !place.isReading(timeline)) place.keeping(() => draw(follower.state));
}, { passive: true });

function drawOlder(state) {
  const { next } = state.timeline;
  older.hidden = next === null;
  if (next !== null) {
    older.search = new URLSearchParams({ position: new URL(next).searchParams.get("position") });
  }
}

older.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || older.ariaBusy === "true") return;
  event.preventDefault();
  older.ariaBusy = "true";
  const last = articles().at(-1);
  try {
    await follower.loadOlder();
    (last?.nextElementSibling ?? last)?.focus({ preventScroll: true });
  } catch {
    location.assign(older.href);
  } finally {
    older.ariaBusy = "false";
  }
});

/** Draw what the story is, in all places where the page shows it. */
function drawStory(state) {
  Object.assign(document.documentElement, { lang: state.language, dir: state.direction });
  title = `${state.title} – ${siteName}`;
  drawHeader(state);
  redrawTimes(main, state);
  drawFresh(state.timeline.items.length - articles().length);
  learnOfLinked(state);
  followLanguage(state);
}

/** Say all words of the page in the story's language, if that is another now. Until they are here, the others stand. */
async function followLanguage({ language }) {
  if (language === languageOfWords()) return;
  try {
    await learnWords(language);
  } catch {
    return; // out of reach: until the story changes again
  }
  const { state } = follower;
  if (state.status === "withdrawn") return;
  place.keeping(() => {
    sayAgain(document);
    drawCounts();
    drawStory(state);
  });
}

function drawHeader(state) {
  drawStoryHeader(main.querySelector("header.story"), state, { siteName, titleOf: (id) => linkedStories.get(id) });
}

/** Ask for the titles of the stories before and after this one, where they are not known. */
async function learnOfLinked({ continues, continued_by: continuedBy }) {
  for (const id of [continues, continuedBy].filter((each) => each && !linkedStories.has(each))) {
    try {
      const response = await fetch(`/v1/stories/${encodeURIComponent(id)}`);
      if (!response.ok) continue; // it cannot be read now; the link says what there is without its title
      linkedStories.set(id, await response.json());
      if (follower.state.status !== "withdrawn") place.keeping(() => drawHeader(follower.state));
    } catch {
      // Out of reach: the link stands without a title until the story changes again.
    }
  }
}

/** Return the words of an entry that the server drew. */
function textOnPage(id) {
  const article = document.getElementById(`entry-${id}`);
  return briefly({
    headline: article?.querySelector("h2")?.textContent, body_html: article?.querySelector(".body")?.innerHTML,
  });
}

/** Draw the numbers of the page, by the keys of their texts; those that are not given again, and an entry's, as they were. */
function drawCounts(counts = {}) {
  for (const place of document.querySelectorAll("[data-say-count]")) {
    const { sayCount: key, count } = place.dataset;
    place.textContent = sayCount(key, place.dataset.count = counts[place.id && key] ?? count);
  }
}

function announce(id) {
  const article = document.getElementById(`entry-${id}`);
  announcement.textContent = article ? say("updates.announced", { text: inShort(article) }) : fresh.textContent;
  announced = id;
}

function onConnection(connection) {
  const line = document.getElementById("connection");
  main.dataset.connection = connection;
  if (["connecting", "retrying"].includes(connection)) {
    whisper ??= setTimeout(() => {
      line.textContent = say(navigator.onLine ? "connection.again" : "connection.offline");
    }, QUIET_MS);
    return;
  }
  clearTimeout(whisper);
  whisper = undefined;
  line.textContent = connection === "refused" ? say("connection.over") : "";
}

// In a frame, links to elsewhere open beside the article that frames this page: neither is lost.
if (window.parent !== window) document.querySelector("base").target = "_blank";
for (const link of main.querySelectorAll("a[data-story][lang]")) {
  const slug = decodeURIComponent(link.getAttribute("href").split("/").at(-1));
  linkedStories.set(link.dataset.story, { slug, title: link.textContent, language: link.lang, direction: link.dir });
}
offerPlayers(timeline);
openAtPlace(place, () => follower.loadOlder());
rememberPlace(place);
follower.start();
if (document.getElementById("comments")) (window.requestIdleCallback ?? setTimeout)(() => import("./replies/numbers.js"));
