// The newsroom page's composition: signing in and out, and which part calls which.

import { adaptToStory, beginComposer, restoreDraft, takeBack } from "./parts/composer.js";
import { act } from "./actions/entry_actions.js";
import { beginList, leaveEntries, readSoon, showEntries } from "./parts/entry_list.js";
import { closeOutbox, openOutbox } from "./parts/outbox_view.js";
import { onSignedOut, say, tried, write } from "./drawing/notices.js";
import { beginPresence, endPresence, tellPresence, watchStory } from "./parts/presence.js";
import "./actions/search.js";
import { accept, enter, forget, leave, may, session, takeInvitation } from "./drawing/session.js";
import { beginStories, beginWith, leaveStory, readStories, story } from "./parts/stories.js";
import { drawSiteActions, drawStoryActions } from "./actions/story_actions.js";
import { editStory, makeStory } from "./actions/story_form.js";

const COME_BACK_MS = 5_000;
const $ = (id) => document.getElementById(id);

async function signIn() {
  await enter();
  const { me } = session;
  beginPresence(readSoon);
  $("me").textContent = [me.name ?? { admin: "Administrator" }[me.kind] ?? "Bot", me.role].join(", ");
  openOutbox({ onDone: onAcknowledged, onTakeBack: takeBack });
  $("sign-in").hidden = true;
  $("desk").hidden = $("who").hidden = false;
  $("story-new").hidden = !may("create_stories");
  drawSiteActions();
  await readStories();
}

function signOut(why) {
  forget();
  leaveEntries();
  endPresence();
  closeOutbox();
  leaveStory();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  $("desk").hidden = $("who").hidden = true;
  $("sign-in").hidden = false;
  $("token").value = "";
  write(why);
}

/** Show what an acknowledged item changed: it is on the server's disk. */
function onAcknowledged(item) {
  if (item.begins) tried(beginWith)(item.story);
  else if (item.story === story?.id) readSoon(0);
}

/** Sign in with what this tab or the browser has kept; retry every five seconds while the server cannot be reached. */
async function comeBack() {
  try {
    await signIn();
    say(null);
  } catch (problem) {
    if (problem.status === 401 && session.token === null) signOut(); // nobody was signed in
    else say(problem);
    if (problem.status !== 401) setTimeout(comeBack, COME_BACK_MS);
  }
}

/** Sign in with the secret of an invitation link. */
async function comeIn(secret) {
  try {
    await accept(secret);
    await comeBack();
  } catch (problem) {
    signOut(problem.detail ?? "The server cannot be reached. Open the link again in a moment.");
  }
}

onSignedOut(() => {
  const what = session.token === null ? "You are signed out here." : "This token is not accepted.";
  signOut(`${what} Sign in again; what you have written is kept here.`);
});
beginStories({
  onChosen: async (isAnother) => {
    if (isAnother) restoreDraft();
    watchStory(story);
    await showEntries(isAnother);
  },
  onChanged: () => {
    adaptToStory();
    drawStoryActions();
    drawSiteActions();
  },
});
beginComposer(tellPresence);
beginList(act);
$("story-new").addEventListener("click", tried(makeStory));
$("story-edit").addEventListener("click", tried(editStory));
$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  session.token = $("token").value.trim();
  $("token").value = "";
  tried(signIn)();
});
$("sign-out").addEventListener("click", tried(async () => {
  await leave();
  signOut();
}));
window.addEventListener("hashchange", () => location.hash.startsWith("#invite=") && location.reload());

const secret = takeInvitation();
if (secret === null) comeBack();
else comeIn(secret);
