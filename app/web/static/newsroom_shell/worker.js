// The service worker of the newsroom's page: it keeps the page's shell, so that a reload without a network opens.
// The server writes SHELL above this: {version, page, files}, the SHA-256 of the page and the addresses of its files.
// What is kept is fetched from that list alone, checked, and put away whole; no answer of the API is ever kept, and no
// address that a person has opened. Files have their release in their address: no page is given those of another one.

const PREFIX = "liveblog-newsroom:";
const NAME = PREFIX + SHELL.version;
const PAGE = "/newsroom";
const PATIENCE_MS = 4_000; // a network, or a disk, that says nothing for so long is as good as none
const INSTALL_MS = 60_000; // in which all of the shell has come, or it is kept another time

/** Keep this release's shell. Throws when the server is another release by now, or answers with anything else. */
async function keepShell() {
  const addresses = [PAGE, ...SHELL.files];
  const signal = AbortSignal.timeout(INSTALL_MS);
  const answers = await Promise.all(addresses.map((address) => fetch(address, { redirect: "error", signal })));
  const [page, ...files] = answers;
  if (!page.ok || (await digestOf(page.clone())) !== SHELL.page) throw new Error("the page is another release's");
  const isOfRelease = ({ ok, headers }) => ok && (headers.get("cache-control") ?? "").includes("immutable");
  if (!files.every(isOfRelease)) throw new Error("a file is another release's");
  const shell = await caches.open(NAME);
  try {
    await Promise.all(addresses.map((address, index) => shell.put(address, answers[index])));
  } catch (error) {
    await caches.delete(NAME); // a disk that is full keeps no half of it
    throw error;
  }
}

async function digestOf(answer) {
  const digest = await crypto.subtle.digest("SHA-256", await answer.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Drop older shells, but for the last: a page that is still open may ask for a file of its own release. */
async function dropOldShells() {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
}

/** Open the page as the server has it now; as it is kept here if the server is away, or stops before all of it came. */
async function openPage(request) {
  const kept = await keptIn(() => [NAME], PAGE);
  if (kept === undefined) return fetch(request);
  return inTime(wholePage(request).catch(() => undefined), kept);
}

async function wholePage(request) {
  const answer = await fetch(request);
  if (answer.status >= 500) return undefined;
  await answer.clone().arrayBuffer();
  return answer;
}

/** Return a file as it is kept here, of whatever release the page is. */
async function openFile(request) {
  const namesOfShells = async () => (await caches.keys()).filter((each) => each.startsWith(PREFIX));
  return await keptIn(namesOfShells, request.url) ?? fetch(request);
}

/** Return what is kept at an address; undefined for nothing, and where the browser cannot say: then the network can. */
function keptIn(names, address) {
  const looking = async () => {
    for (const name of await names()) {
      const kept = await (await caches.open(name)).match(address, { ignoreVary: true });
      if (kept !== undefined) return kept;
    }
    return undefined;
  };
  return inTime(looking().catch((error) => console.warn("What is kept of this page cannot be read:", error)));
}

/** Wait for something, but not for long: then it is `otherwise`, as where it is undefined. */
async function inTime(asked, otherwise) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, PATIENCE_MS); });
  const found = await Promise.race([asked, late]);
  clearTimeout(timer);
  return found ?? otherwise;
}

self.addEventListener("install", (event) => event.waitUntil(keepShell().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(dropOldShells().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === PAGE) event.respondWith(openPage(request));
  } else if (pathname.startsWith("/static/")) event.respondWith(openFile(request));
});
