// Frames that say how high they are: each provider by a message of its own form, which is heard from its own frame alone.

const LEAST = 80;
const MOST = 3_000;
const MOST_CHANGES = 30; // of one frame: one that never comes to rest stays as it is

const HEIGHTS = {
  "datawrapper.dwcdn.net": (said) => Object.values(said["datawrapper-height"] ?? {})[0],
  "flo.uri.sh": ({ sender, method, context, height }) => (
    sender === "Flourish" && (method === "resize" || context === "iframe.resize") && height
  ),
  "platform.twitter.com": ({ "twttr.embed": call }) => call?.method === "twttr.private.resize" && call.params?.[0]?.height,
  "embed.bsky.app": ({ height }) => height,
  "www.instagram.com": ({ type, details }) => type === "MEASURE" && details?.height,
  "embed.reddit.com": ({ type, data }) => type === "resize.embed" && data,
  "t.me": ({ event, height }) => event === "resize" && height,
};
const setHeight = ({ type, height }) => type === "setHeight" && height; // of Mastodon, wherever one runs

/** Return the height in pixels that a message from a frame of `host` says, within limits; null if it says none. */
export function heightIn(host, message, provider) {
  const read = HEIGHTS[host] ?? (provider === "mastodon" ? setHeight : null);
  try {
    const said = typeof message === "string" ? JSON.parse(message) : message;
    const height = read && said && typeof said === "object" ? Number(read(said)) : NaN;
    return height > 0 ? Math.min(Math.max(Math.ceil(height), LEAST), MOST) : null;
  } catch {
    return null; // words of another form
  }
}

/**
 * Keep the place of a frame as high as the frame says, and has said in the messages `before`. Returns what ends that, and
 * gives back the height of before.
 */
export function followHeight(figure, frame, before = []) {
  const { origin, host } = new URL(frame.src);
  let left = MOST_CHANGES;
  const hear = ({ data, source, origin: from }) => {
    if (!frame.isConnected) window.removeEventListener("message", hear); // its entry was drawn anew
    if (source !== frame.contentWindow || from !== origin || source === null) return;
    const height = heightIn(host, data, figure.dataset.provider);
    if (height === null || left === 0 || figure.style.minHeight === `${height}px`) return;
    left -= 1;
    figure.style.minHeight = `${height}px`;
  };
  window.addEventListener("message", hear);
  before.forEach(hear);
  // Mastodon's says it once it is asked.
  if (figure.dataset.provider === "mastodon") {
    frame.addEventListener("load", () => frame.contentWindow?.postMessage({ type: "setHeight", id: 1 }, origin));
  }
  return () => {
    window.removeEventListener("message", hear);
    figure.removeAttribute("style");
  };
}
