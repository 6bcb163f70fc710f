// Bundles each file of entries/ into ../static/built, with the licences of what is in it beside it, and then runs
// each file of made/, which makes data from packages: its default export takes the folder to write to.

import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = new URL(".", import.meta.url);
const built = new URL("../static/built/", here);

/** Returns the modules of a folder, sorted; none where there is no such folder. */
async function modules(folder) {
  const names = await readdir(new URL(folder, here)).catch(() => []);
  return names.filter((name) => /\.m?js$/.test(name)).sort().map((name) => new URL(`${folder}${name}`, here));
}

await rm(built, { recursive: true, force: true });
await mkdir(built, { recursive: true });
await build({
  entryPoints: (await modules("entries/")).map((entry) => fileURLToPath(entry)),
  outdir: fileURLToPath(built),
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "linked",
  logLevel: "warning",
});
for (const each of await modules("made/")) await (await import(each)).default(built);
await writeFile(new URL("made", built), "");
