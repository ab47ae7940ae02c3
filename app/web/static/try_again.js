// The page in place of one that cannot be shown now: it asks whether that has changed, ever more seldom, and not all of its
// readers at once. It loads that page once there is one; while nobody looks at it, it asks nothing.

const MOST_MS = 60_000;
const ANSWER_MS = 20_000;

const { seconds } = document.querySelector("script[data-seconds]").dataset;
let pause = Number(seconds) * 1_000;

async function isThere() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout?.(ANSWER_MS) });
    return answer.status !== 503;
  } catch {
    return false;
  }
}

async function ask() {
  if (!document.hidden && (await isThere())) {
    location.reload();
    return;
  }
  pause = Math.min(pause * 1.5, MOST_MS);
  setTimeout(ask, pause * (0.75 + Math.random() / 2));
}

setTimeout(ask, pause * (1 + Math.random()));
