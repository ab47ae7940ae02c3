// The words for the newsroom's connection. Pure.

/**
 * Return what the bar says. `state` is "connecting", "connected", "lost" or "refused"; `kept` the number of items that
 * wait here; `since` a Date from which on nothing was heard; `over` the status of a story that takes no more entries.
 */
export function connectionWords({ state, kept, since, over }) {
  const waiting = kept > 0 ? `${kept} kept here` : "";
  const story = over === null ? "" : `Story ${over}`;
  return [{
    connecting: "Connecting …",
    connected: story ? "" : "Connected",
    lost: `Offline${since ? `, as of ${clock(since)}` : ""}${waiting ? `: ${waiting}` : ""}`,
    refused: "Not connected: reload the page",
  }[state], story, state === "lost" ? "" : waiting].filter(Boolean).join(" · ");
}

function clock(at) {
  return [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}
