// Sends a file with progress, which fetch does not tell of.

const STALLED_MS = 45_000; // a line that takes nothing for so long is cut, and tried again
const ANSWERED_MS = 180_000; // the server works on a film, or on others' pictures first

/** Send a file: {path, headers, body, onProgress, signal}. Returns a Response; rejects when there is none. */
export function sendFile({ path, headers, body, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let patience = null;
    const watch = (ms) => {
      clearTimeout(patience);
      patience = setTimeout(() => request.abort(), ms);
    };
    const abort = () => request.abort();
    request.open("POST", path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => {
      watch(STALLED_MS);
      if (total > 0) onProgress(loaded / total);
    };
    request.upload.onload = () => watch(ANSWERED_MS);
    request.onload = () => resolve(responseOf(request));
    request.onerror = request.onabort = () => reject(new TypeError("The file could not be sent."));
    request.onloadend = () => {
      clearTimeout(patience);
      signal.removeEventListener("abort", abort);
    };
    signal.addEventListener("abort", abort);
    watch(STALLED_MS);
    request.send(body);
  });
}

function responseOf(request) {
  const lines = request.getAllResponseHeaders().trim().split(/[\r\n]+/).filter(Boolean);
  const headers = lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
  return new Response(request.responseText, { status: request.status, headers });
}
