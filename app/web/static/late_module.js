// Loads a module that is asked for late, when the server may be out of reach, so that it can be asked for once more.

const AGAIN_MS = 5_000;
const addresses = {}; // under which what failed is asked for the next time, by the code that loads it

/**
 * Load a module by a function that imports it. Firefox asks for no address again that has failed: so it is given another,
 * under which nothing else may import it.
 */
export async function loadLate(load) {
  const address = addresses[load];
  try {
    return await (address ? import(/* webpackIgnore: true */ /* @vite-ignore */ address) : load());
  } catch (error) {
    const failed = /^error loading.*: (.+)/.exec(error?.message); // as Firefox says it, and no other
    if (failed) addresses[load] = `${failed[1]}#`;
    throw error;
  }
}

/** Load a module again and again while the server is away, until the signal has aborted; one that came and fails, fails. */
export async function loadEventually(load, signal) {
  while (!signal?.aborted) {
    try {
      return await loadLate(load);
    } catch (error) {
      // What has come and fails by itself would fail again: that is said, as of any other script.
      if (!/import.* module/i.test(error)) throw error;
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
  return {};
}
