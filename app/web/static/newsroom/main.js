// The newsroom page's composition: signing in and out, and which part calls which.

import { beginActLine, drawAcknowledged, drawItemState } from "./parts/act_line.js";
import { adaptToStory, beginComposer, editAgain, editEntry, keepAsDraft, restoreDraft } from "./parts/composer.js";
import { drawConnection } from "./parts/connection.js";
import { act } from "./actions/entry_actions.js";
import { beginList, leaveEntries, pathOf, readSoon, showEntries } from "./parts/entry_list.js";
import { closeOutbox, openOutbox } from "./parts/outbox_view.js";
import { onSignedOut, showProblem, showSentence, tried } from "./drawing/notices.js";
import { beginPresence, endPresence, hurryPresence, sendPresence, watchStory } from "./parts/presence.js";
import { beginPressGuard } from "./drawing/press_guard.js";
import "./actions/search.js";
import { accept, enter, forget, leave, may, session, takeInvitation } from "./drawing/session.js";
import { beginStories, beginWith, chooseById, leaveStory, readStories, story } from "./parts/stories.js";
import { drawSiteActions, drawStoryActions } from "./actions/story_actions.js";
import { editStory, makeStory } from "./actions/story_form.js";
import { mountModeration } from "./parts/moderation.js";
import { beginViews, drawWaiting, goToEntries, hideViews, showView } from "./parts/views.js";

const RETRY_MS = 5_000;
const $ = (id) => document.getElementById(id);
const moderation = mountModeration($("replies-part"), {
  onWaiting: drawWaiting,
  onOpenEntry: tried(async (of, entry) => {
    goToEntries();
    await chooseById(of);
    await editEntry(pathOf(entry));
  }),
});

async function signIn() {
  await enter();
  const { me } = session;
  beginPresence(readSoon, (message) => moderation.told(message));
  $("me").textContent = [me.name ?? { admin: "Administrator" }[me.kind] ?? "Bot", me.role].join(", ");
  openOutbox({
    onDone: onAcknowledged, onChange: drawItemState, onEditAgain: editAgain, onKeepAsDraft: keepAsDraft,
  });
  $("sign-in").hidden = true;
  $("who").hidden = false;
  showView();
  $("story-new").hidden = !may("create_stories");
  drawSiteActions();
  moderation.begin();
  await readStories();
}

function signOut(why) {
  forget();
  leaveEntries();
  endPresence();
  closeOutbox();
  moderation.end();
  leaveStory();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  hideViews();
  $("who").hidden = true;
  $("sign-in").hidden = false;
  $("token").value = "";
  showSentence(why);
}

/** Show what an acknowledged item changed: it is on the server's disk. */
function onAcknowledged(item, answer) {
  drawAcknowledged(item, answer);
  if (item.begins) tried(beginWith)(item.story);
  else if (item.story === story?.id) readSoon(0);
}

/** Sign in with what this tab or the browser has kept; retry every five seconds while the server cannot be reached. */
async function resume() {
  try {
    await signIn();
    showProblem(null);
  } catch (problem) {
    if (problem.status === 401 && session.token === null) signOut(); // nobody was signed in
    else showProblem(problem);
    if (problem.status !== 401) setTimeout(resume, RETRY_MS);
  }
}

/** Sign in with the secret of an invitation link. */
async function acceptInvitation(secret) {
  try {
    await accept(secret);
    await resume();
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
    drawConnection();
    drawWaiting();
  },
});
beginViews((isReplies, of) => {
  if (isReplies) moderation.open(of);
  else moderation.close();
});
beginPressGuard();
beginComposer(sendPresence);
beginActLine(act);
beginList(act);
window.addEventListener("online", hurryPresence);
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
if (secret === null) resume();
else acceptInvitation(secret);
