// What the reader's page does beyond showing and following a story: loaded after its first paint, and complete without.
// Everything is told by the one follower of reader.js, and keeps what is read where it is.

import { element } from "../entries.js";
import { loadEventually, loadLate } from "../late_module.js";
import { drawPinsAndKeyPoints } from "../pins_and_key_points.js";
import { offerPlayers } from "../players.js";
import { follower, place } from "../reader.js";
import { languageOfWords, pieces } from "../words.js";
import { Announcements } from "./announcements.js";
import { Arrivals, pauseButton } from "./arrivals.js";
import { drawAges, drawExtras } from "./entry_extras.js";
import { drawKeyEvents, drawSummary, learnKeyEvents, readKeyEvents } from "./key_events.js";
import { loadNearTheEnd } from "./older_entries.js";
import { timeAgo } from "./relative_time.js";
import { StoryBar } from "./story_bar.js";
import { drawTagLinks } from "./tag_links.js";
import { rememberVisit } from "./visit_memory.js";

const AGES_MS = 20_000;

const main = document.getElementById("story");
const timeline = document.getElementById("timeline");
const fresh = document.getElementById("fresh");
const lastUpdate = document.getElementById("last-update");
const isNewestFirst = !("oldestFirst" in main.dataset);
const arrivals = new Arrivals({ timeline, fresh, place });
const announcements = new Announcements({ line: document.getElementById("announcement"), fresh });
const bar = new StoryBar(main, place);
const advertisement = main.querySelector(':scope > template[slot="ad"]');
let places = null; // of advertisements, where the theme has some
let language = languageOfWords();
let lastEntryAt = lastUpdate.querySelector("time")?.dateTime;

const { onUpdate, onConnection } = follower;
follower.onUpdate = (update) => {
  const { message, verdict, before, state } = update;
  onUpdate(update);
  if (state.status === "withdrawn") return;
  const held = before?.timeline.items.some(({ id }) => id === message?.entry?.id);
  if (message?.entry && verdict === "applied" && !held) announceIfShown(message.entry.id);
  if (message?.id) announcements.remove(message.id);
  lastEntryAt = state.last_entry_at ?? lastEntryAt;
  draw(update); // in the frame for which onUpdate has had the place kept
  const keeping = (change) => place.keeping(change);
  if (verdict === "replaced") learnKeyEvents(state, keeping);
  drawSummary(update, keeping);
};
follower.onConnection = (connection) => {
  onConnection(connection);
  bar.draw();
};

function announceIfShown(id) {
  if (!arrivals.isPaused && (document.getElementById(`entry-${id}`) || !fresh.hidden)) announcements.add(id);
}

function draw(update) {
  drawPinsAndKeyPoints(update.state);
  drawKeyEvents(update);
  for (const section of main.querySelectorAll("#pinned, #summary")) offerPlayers(section);
  drawEntries();
  bar.draw(update.state);
  drawLastUpdate();
}

function drawEntries() {
  places?.place();
  drawExtras(timeline, storyNow());
  drawTagLinks(timeline);
  if (isNewestFirst) arrivals.look();
}

/** The story as far as times need it: what the page began with has no other fields. */
function storyNow() {
  return follower.state;
}

function drawLastUpdate() {
  const words = lastEntryAt && timeAgo(lastEntryAt, Date.now(), languageOfWords());
  if (!words) return; // its date says more
  const said = pieces("updated", { time: element("span", {}, words) });
  lastUpdate.dataset.say = "updated";
  if (lastUpdate.textContent !== said.map((part) => part.textContent ?? part).join("")) lastUpdate.replaceChildren(...said);
}

function drawWhatGetsOlder() {
  if (arrivals.isPaused || follower.state.status === "withdrawn") return;
  drawAges(timeline, storyNow());
  drawLastUpdate();
}

main.addEventListener("click", async (event) => {
  const button = event.target.closest(".share, .enlarge, .more");
  if (!button) return;
  if (button.matches(".share")) (await loadLate(() => import("./sharing.js"))).share(button);
  if (button.matches(".enlarge")) (await loadLate(() => import("./enlarging.js"))).enlarge(button.closest("figure"), button);
  if (button.matches(".more") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    const body = openPinned(button);
    body.tabIndex = -1;
    body.focus({ preventScroll: true }); // the link that had the focus is gone
  }
});

// Who comes by keys to a link in what is cut off sees all of it: in what is pinned, and in the strip of key events.
main.addEventListener("focusin", ({ target }) => {
  if (!target.matches(":is(#pinned, #key-events) :focus-visible")) return;
  if (target.matches("#pinned li:not(.is-open) .body *")) openPinned(target).scrollTop = 0;
  const show = () => target.scrollIntoView({ block: "nearest", inline: "nearest" });
  requestAnimationFrame(() => requestAnimationFrame(show)); // once what is read has been kept in its place
});

/** Show all of what is pinned around a node. Returns its text. */
function openPinned(node) {
  const item = node.closest("li");
  item.classList.add("is-open");
  return item.querySelector(".body");
}

// What reader.js draws by itself, when a reader asks for it, has no update.
new MutationObserver(drawEntries).observe(timeline, { childList: true });
// Where the words of the page are another language's now, all is said in it.
new MutationObserver(() => {
  if (language === languageOfWords()) return;
  language = languageOfWords();
  drawWhatGetsOlder();
  bar.draw();
}).observe(lastUpdate, { childList: true });
readKeyEvents();
lastUpdate.parentNode.append(pauseButton(arrivals));
place.keeping(() => draw({ state: follower.state })); // what came before this module did moves nothing either
setInterval(drawWhatGetsOlder, AGES_MS);
if (isNewestFirst) loadNearTheEnd(document.getElementById("older"), place, () => follower.loadOlder());
rememberVisit({ timeline, follower });
if (advertisement) {
  loadEventually(() => import("./ad_places.js")).then(({ adPlaces }) => {
    places = adPlaces(main, advertisement);
    place.keeping(drawEntries);
  });
}
if (location.hash || location.search) {
  const loading = import("./old_addresses.js"); // without it the page stays where it is
  loading.then(({ followOldAddress }) => followOldAddress(follower.state.id)).catch(() => {});
}
main.dataset.reading = "ready";
