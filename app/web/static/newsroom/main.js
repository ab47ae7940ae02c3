// The newsroom page's composition: signing in and out, and which part calls which.

import { beginActLine, drawAcknowledged, drawItemState, pressInLine, sayMerged } from "./parts/act_line.js";
import {
  adaptToStory, beginComposer, beginNew, editAgain, editEntry, isFormBlank, keepAsDraft, leaveComposer, restoreDraft, writtenAsRead,
} from "./parts/composer.js";
import { drawConnection } from "./parts/connection.js";
import { act } from "./actions/entry_actions.js";
import { beginList, drawAgain, itemFor, leaveEntries, pathOf, readSoon, showEntries } from "./parts/entry_list.js";
import { closeOutbox, openOutbox } from "./parts/outbox_view.js";
import { closeDialogs } from "./drawing/dialogs.js";
import { onSignedOut, showProblem, showSentence, tried } from "./drawing/notices.js";
import {
  endWithoutServer, isAway, isWithoutServer, keepForLater, openWithoutServer,
} from "./shell/without_server.js";
import { beginPresence, endPresence, hurryPresence, sendPresence, watchStory } from "./parts/presence.js";
import { beginPressGuard } from "./drawing/press_guard.js";
import { keepPage } from "./shell/install.js";
import { forgetLastSeen } from "./shell/last_seen.js";
import "./actions/search.js";
import { accept, enter, forget, leave, may, session, takeInvitation } from "./drawing/session.js";
import { beginStories, beginWith, chooseById, leaveStory, readStories, story } from "./parts/stories.js";
import { drawDuty } from "./actions/handover.js";
import { drawSiteActions, drawStoryActions } from "./actions/story_actions.js";
import { editStory, makeStory } from "./actions/story_form.js";
import { mountModeration } from "./parts/moderation.js";
import { beginKeptFocus } from "./desk/kept_focus.js";
import { beginKeys } from "./desk/keys.js";
import { beginRegions } from "./desk/regions.js";
import { focusText } from "./rich_text/rich_text.js";
import { beginAsRead, drawAsRead } from "./desk/as_read.js";
import { beginPlaces, goHome } from "./desk/place_of_edit.js";
import { beginQueue, leaveQueue, showSending } from "./desk/queue.js";
import { beginViews, drawWaiting, goToEntries, hideViews, setQueued, showView } from "./parts/views.js";

const RETRY_MS = 5_000;
let retrying = null;
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
  endWithoutServer();
  beginPresence(readSoon, (message) => moderation.told(message));
  comeIn({ isHeld: false });
  showView();
  drawSiteActions();
  moderation.begin();
  await readStories();
}

/** Say who is here, and open what they have left in the outbox; held, nothing of it is sent. */
function comeIn({ isHeld }) {
  const { me } = session;
  $("me").textContent = [me.name ?? { admin: "Administrator" }[me.kind] ?? "Bot", me.role].join(", ");
  openOutbox({
    onDone: onAcknowledged, onChange: onOutbox, onEditAgain: editAgain, onKeepAsDraft: keepAsDraft, onMerged: sayMerged, isHeld,
  });
  $("sign-in").hidden = true;
  $("who").hidden = false;
  $("story-new").hidden = !may("create_stories");
}

function signOut(why) {
  endWithoutServer();
  clearTimeout(retrying);
  forget();
  goHome();
  leaveQueue();
  forgetLastSeen();
  leaveEntries();
  endPresence();
  closeOutbox();
  moderation.end();
  leaveStory();
  leaveComposer();
  drawAsRead();
  closeDialogs();
  hideViews();
  $("who").hidden = true;
  $("sign-in").hidden = false;
  $("token").value = "";
  showSentence(why);
}

/** Edit the entry of an item, or of a card of the queue, as one to correct; nothing if there is none. */
async function correctItem(item) {
  if (item !== null) await editEntry(pathOf(item.dataset.id), { isCorrection: true });
}

function onOutbox(items) {
  drawItemState(items);
  showSending(items);
}

/** Show what an acknowledged item changed: it is on the server's disk. */
function onAcknowledged(item, answer, { isAwaited }) {
  drawAcknowledged(item, answer);
  // One that was kept until the server was back is not chosen under the hands of who is doing something else now.
  const isChosen = () => isAwaited || (isFormBlank() && document.querySelector("dialog[open]") === null);
  if (item.begins) tried(beginWith)(item.story, isChosen);
  else if (item.story === story?.id) readSoon(0);
}

/**
 * Sign in with what this tab or the browser has kept; retry every five seconds while the server cannot be reached. Until
 * then the page is open with what it last knew.
 */
async function resume() {
  clearTimeout(retrying);
  try {
    await signIn();
    showProblem(null);
  } catch (problem) {
    if (isAway(problem)) openWithoutServer(() => comeIn({ isHeld: true }));
    if (problem.status === 401 && session.token === null) signOut(); // nobody was signed in
    else if (!isWithoutServer()) showProblem(problem);
    if (problem.status !== 401) retrying = setTimeout(resume, RETRY_MS);
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
    if (isAnother && document.activeElement === document.body) focusText();
    watchStory(story);
    await showEntries(isAnother);
  },
  onChanged: () => {
    adaptToStory();
    drawStoryActions();
    drawSiteActions();
    drawConnection();
    drawWaiting();
    drawDuty();
    keepForLater();
  },
});
beginViews((isReplies, of) => {
  if (isReplies) moderation.open(of);
  else moderation.close();
});
beginRegions();
beginKeys({ onNew: tried(beginNew), onUndo: () => pressInLine("undo", "take-back"), onCorrect: tried(correctItem) });
keepPage();
beginPressGuard();
beginKeptFocus();
beginComposer(() => {
  sendPresence();
  drawAsRead();
});
beginAsRead(async () => [await writtenAsRead(), story]);
beginPlaces({ itemFor, drawAgain });
beginQueue({ onAction: act, pathOf, onCount: setQueued });
beginActLine(act);
beginList(act);
window.addEventListener("online", () => (isWithoutServer() ? resume() : hurryPresence()));
$("story-new").addEventListener("click", tried(makeStory));
$("story-edit").addEventListener("click", tried(editStory));
$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  session.token = $("token").value.trim();
  $("token").value = "";
  tried(signIn)();
});
$("sign-out").addEventListener("click", tried(async () => {
  if (isWithoutServer() && session.token === null) throw {}; // the session would be there again with the server
  await leave();
  signOut();
}));
window.addEventListener("hashchange", () => location.hash.startsWith("#invite=") && location.reload());

const secret = takeInvitation();
if (secret === null) resume();
else acceptInvitation(secret);
