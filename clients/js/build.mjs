// Copies into dist/ the modules that package.json exports, and all that they import: the very files that the pages of the
// server run, from where those are kept. Run by `npm pack` and `npm publish`.

import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";

const HERE = import.meta.dirname;
const SOURCE = join(HERE, process.env.LIVEBLOG_STATIC ?? "../../app/web/static");
const DIST = join(HERE, "dist");
const IMPORTED = /\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

const { exports } = JSON.parse(await readFile(join(HERE, "package.json"), "utf8"));
const modules = Object.values(exports).map((each) => each.default).filter((path) => path?.startsWith("./dist/"));
const wanted = modules.map((path) => path.slice("./dist/".length));

await rm(DIST, { recursive: true, force: true });
for (let next = 0; next < wanted.length; next += 1) {
  const name = wanted[next];
  const text = await readFile(join(SOURCE, name), "utf8");
  for (const [, path] of text.matchAll(IMPORTED)) {
    const imported = normalize(join(dirname(name), path));
    if (!wanted.includes(imported)) wanted.push(imported);
  }
  await mkdir(dirname(join(DIST, name)), { recursive: true });
  await cp(join(SOURCE, name), join(DIST, name));
}
