// The stories in the menu, and the chosen one.

import { element } from "../../entries.js";
import { announce, tried } from "../drawing/notices.js";
import { get, may, session } from "../drawing/session.js";
import { closedSentence, hasPage, nameOf, storyToBeginWith, takesChanges } from "../pure/story_states.js";

const $ = (id) => document.getElementById(id);
let callbacks = null;

/** The stories that can be chosen: the newest, and those that were needed beside them. */
export let stories = [];

/** The story that is chosen, with what the caller `can` do in it; null before there is one. */
export let story = null;

/**
 * Begin to show stories. `onChosen` gets whether it is another story than before, each time one was chosen;
 * `onChanged` is called when what is shown of the chosen one changes.
 */
export function beginStories({ onChosen, onChanged }) {
  callbacks = { onChosen, onChanged };
  $("story").addEventListener("change", tried(() => chooseById($("story").value)));
}

/** Forget the chosen story. */
export function leaveStory() {
  story = null;
}

/** Read the list of stories, the newest and one that is needed beside them, and choose one of them. Throws a problem. */
export async function readStories(also) {
  const wanted = await readList(also);
  const chosen = stories.find(({ id }) => id === story?.id) ?? storyToBeginWith(stories, wanted);
  if (chosen) await choose(chosen);
  $("list").hidden = $("story-more").hidden = !chosen;
}

/** Read the list into the menu, and return the id of the story that was chosen here last. Throws a problem. */
async function readList(also) {
  ({ body: { items: stories } } = await get("/v1/newsroom/stories")); // the newest; the search finds all
  const wanted = localStorage.getItem(keptUnder());
  for (const older of [also, story?.id, wanted]) await findStory(older);
  $("story").replaceChildren(...stories.map((each) => element("option", { value: each.id }, nameOf(each))));
  if (story) $("story").value = story.id;
  return wanted;
}

/** Show stories as they were last read, while they cannot be read again; `chosen` is the id of the one to begin with. */
export function showKeptStories(kept, chosen) {
  stories = kept;
  $("story").replaceChildren(...stories.map((each) => element("option", { value: each.id }, nameOf(each))));
  story = stories.find(({ id }) => id === chosen) ?? null;
  if (story) {
    $("story").value = story.id;
    drawStory();
  }
}

/** Choose a story, which may be an old one. Throws a problem. */
export async function chooseById(wanted) {
  if (!stories.some(({ id }) => id === wanted)) await readStories(wanted);
  await choose(stories.find(({ id }) => id === wanted));
}

/** Take a story that was just created here into the menu, and choose it if `isChosen()` then. Throws a problem. */
export async function beginWith(id, isChosen) {
  await readList(id);
  const made = stories.find((each) => each.id === id);
  if (!made) return;
  if (isChosen() || !stories.some(({ id: each }) => each === story?.id)) {
    await choose(made);
    $("list").hidden = $("story-more").hidden = false;
  } else announce(`Made, and in the menu of stories: ${nameOf(made)}.`);
}

/** Read the chosen story as it is now, with what the caller `can` do in it. Throws a problem. */
export async function readStory() {
  const read = story.id;
  const { body: now } = await get(`/v1/newsroom/stories/${read}`);
  if (story?.id !== read) return;
  const before = whatIsDrawn();
  story = now;
  if (whatIsDrawn() !== before) drawStory();
}

/** Return a story by its id, which may be an old one; undefined if the caller cannot see one. Throws a problem. */
export async function findStory(id) {
  if (!id) return undefined;
  const known = stories.find((each) => each.id === id);
  if (known) return known;
  try {
    const { body } = await get(`/v1/newsroom/stories/${id}`);
    stories.push(body);
    return body;
  } catch (problem) {
    if (problem.status !== 404) throw problem;
    return undefined;
  }
}

async function choose(chosen) {
  const isAnother = story?.id !== chosen.id;
  story = chosen;
  $("story").value = story.id;
  localStorage.setItem(keptUnder(), story.id);
  drawStory();
  await callbacks.onChosen(isAnother);
}

function drawStory() {
  const closed = closedSentence(story);
  $("story-edit").hidden = !may("edit_stories", story) || !takesChanges(story);
  $("story-page").hidden = !hasPage(story);
  $("story-page").href = `/stories/${encodeURIComponent(story.slug)}`;
  drawLinks(story).catch(() => {}); // the next reading draws the stories before and after it
  $("closed").textContent = closed;
  $("closed").hidden = !closed;
  $("story").selectedOptions[0].textContent = nameOf(story);
  callbacks.onChanged();
}

/** Draw links to the story that this one continues, and to the one that continues it. */
async function drawLinks({ id, continues, continued_by: later }) {
  const [before, after] = await Promise.all([findStory(continues), findStory(later)]);
  if (story?.id !== id) return;
  const line = (words, other) => other && [words, hasPage(other)
    ? element("a", { href: `/stories/${encodeURIComponent(other.slug)}`, target: "_blank", rel: "noopener" }, other.title)
    : nameOf(other)];
  const lines = [line("Continues ", before), line("Continued by ", after)].filter(Boolean);
  $("story-links").replaceChildren(...lines.flatMap((words, index) => (index === 0 ? words : [" · ", ...words])));
  $("story-links").hidden = lines.length === 0;
}

function whatIsDrawn() {
  const { status, slug, title, frozen, role, can, settings, continues } = story;
  const { site_frozen: siteFrozen, continued_by: later, bylines, on_duty: duty } = story;
  return JSON.stringify([status, slug, title, frozen, siteFrozen, role, can, settings, continues, later, bylines, duty]);
}

function keptUnder() {
  return `liveblog:${session.who}:story`;
}
