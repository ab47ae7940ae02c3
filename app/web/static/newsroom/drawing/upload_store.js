// Uploads that wait, kept in this browser's IndexedDB with their files: pure/uploads.js says what it has to be.

const NAME = "liveblog-uploads";
const STORE = "uploads";
let opening = null;

/** List what is kept. Rejects where the browser keeps nothing. */
export function list() {
  return inStore("readonly", (store) => store.getAll());
}

/** Return one upload, or null. */
export async function get(id) {
  return (await inStore("readonly", (store) => store.get(id))) ?? null;
}

/** Keep an upload. Rejects when there is no room; returns once it is on this device's disk. */
export function put(upload) {
  return inStore("readwrite", (store) => store.put(upload));
}

/** Forget an upload. */
export function remove(id) {
  return inStore("readwrite", (store) => store.delete(id));
}

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.onclose = () => {
        opening = null;
      };
      resolve(request.result);
    };
  }).catch((problem) => {
    opening = null;
    throw problem;
  });
  return opening;
}

async function inStore(mode, act) {
  const transaction = (await database()).transaction(STORE, mode, { durability: "strict" });
  const request = act(transaction.objectStore(STORE));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? request.error);
    transaction.onerror = () => reject(transaction.error ?? request.error);
  });
}
