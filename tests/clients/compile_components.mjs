// Compiles the components among the recipes. Arguments: the folder, then their files. A warning is an error here; what Vue
// makes of its component is written beside it, to be checked as TypeScript is.

import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, ...names] = process.argv.slice(2);
const load = createRequire(join(folder, "package.json"));
const vue = load("vue/compiler-sfc");
const { compile } = load("svelte/compiler");

for (const name of names) {
  const source = await readFile(join(folder, name), "utf8");
  if (name.endsWith(".svelte")) {
    const { warnings } = compile(source, { filename: name, generate: "client", runes: true });
    if (warnings.length > 0) throw new Error(`${name}: ${warnings.map((each) => each.message).join("; ")}`);
  } else {
    const { descriptor, errors } = vue.parse(source, { filename: name });
    if (errors.length > 0) throw errors[0];
    const made = vue.compileScript(descriptor, { id: name, inlineTemplate: true, fs: { fileExists: () => false, readFile: () => undefined } });
    await writeFile(join(folder, `${name}.ts`), made.content);
  }
  console.log(name);
}
