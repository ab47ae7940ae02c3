// The page's service worker, which keeps the page in the browser so that it opens without a network.

/** Have the page kept. Where the browser has no service workers, or the address is not secure, it opens online alone. */
export function keepPage() {
  navigator.serviceWorker?.register("/newsroom/worker.js", { scope: "/newsroom", updateViaCache: "none" })
    .catch((error) => console.warn("This page is not kept for when there is no network:", error.message));
}
