// Who wants it hears, or is told by the browser, that something has come into the queue. Both are off until they are wanted.

import { announce } from "../drawing/notices.js";

const $ = (id) => document.getElementById(id);
const SOUND = { key: "liveblog:alert_sound", field: $("alert-sound") };
const NOTICE = { key: "liveblog:alert_notice", field: $("alert-notice") };
const TONES = [[660, 0], [880, 0.14]]; // hertz, and when in seconds
let audio = null;

/** Begin: show what was chosen, and keep what is chosen from now on. */
export function beginAlerts() {
  for (const { key, field } of [SOUND, NOTICE]) {
    field.checked = localStorage.getItem(key) === "yes";
    field.addEventListener("change", () => localStorage.setItem(key, field.checked ? "yes" : "no"));
  }
  SOUND.field.addEventListener("change", () => SOUND.field.checked && play());
  NOTICE.field.addEventListener("change", () => NOTICE.field.checked && askPermission());
  // A browser lets a page sound once somebody has done something in it.
  document.addEventListener("pointerdown", () => SOUND.field.checked && ready(), { capture: true });
}

/** Tell that something has come: by a sound, and, while another window or tab is looked at, by a notification. */
export function alertOf(title, lines) {
  if (SOUND.field.checked) play();
  if (NOTICE.field.checked && (document.hidden || !document.hasFocus())) notify(title, lines);
}

async function askPermission() {
  const answer = globalThis.Notification ? await Notification.requestPermission() : "denied";
  if (answer === "granted") return;
  NOTICE.field.checked = false;
  localStorage.setItem(NOTICE.key, "no");
  announce("This browser shows no notifications of this page: its settings refuse them.");
}

async function notify(title, lines) {
  const how = { body: lines.slice(0, 3).join("\n"), tag: "liveblog-queue", renotify: true };
  try {
    const shown = new Notification(title, how);
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {
    // A phone shows them by the page's worker alone; without one the title and the sound have to do.
    (await navigator.serviceWorker?.getRegistration())?.showNotification(title, how).catch(() => {});
  }
}

function ready() {
  audio ??= globalThis.AudioContext ? new AudioContext() : null;
  if (audio?.state === "suspended") audio.resume().catch(() => {});
}

function play() {
  ready();
  if (audio === null) return;
  const now = audio.currentTime;
  for (const [hertz, after] of TONES) {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.12, now + after);
    volume.gain.exponentialRampToValueAtTime(0.001, now + after + 0.16);
    tone.connect(volume).connect(audio.destination);
    tone.start(now + after);
    tone.stop(now + after + 0.17);
  }
}
