// Tells what the shell and each page weigh, compressed, and fails when one is too heavy: what a browser has to load before the
// page is there, with all that it draws. What is opened on demand, such as the command palette, is weighed as a page is; the editors
// of processes, decisions and forms are loaded by whoever edits, and are told and not limited.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const SHELL = 200_000;
const PAGE = 450_000;
const DIST = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", DIST), "utf8"));
const EDITORS = new Set([
  "src/diagram/Modeller.tsx",
  "src/diagram/DecisionEditor.tsx",
  "src/diagram/Form.tsx",
  "src/diagram/FormEditor.tsx",
]);
/** Dialogs that a page opens when they are asked for: each is weighed as a page of its own. */
const DIALOGS = new Set([
  "src/pages/availability/ChangeQuota.tsx",
  "src/pages/availability/ChangeStock.tsx",
  "src/pages/availability/Repromise.tsx",
]);
const weights = new Map();

async function weight(file) {
  if (!weights.has(file)) weights.set(file, gzipSync(await readFile(new URL(file, DIST)), { level: 9 }).length);
  return weights.get(file);
}

/** The files of a chunk and of all that it imports; with what it draws later, too, if `lazily`. */
function filesOf(key, lazily, seen = new Set(), files = new Set()) {
  if (seen.has(key)) return files;
  seen.add(key);
  const { file, css = [], imports = [], dynamicImports = [] } = manifest[key];
  for (const each of [file, ...css]) files.add(each);
  const drawn = lazily ? dynamicImports.filter((each) => !EDITORS.has(each) && !DIALOGS.has(each)) : [];
  for (const each of [...imports, ...drawn]) filesOf(each, lazily, seen, files);
  return files;
}

async function sum(files) {
  let total = 0;
  for (const file of files) total += await weight(file);
  return total;
}

const ENTRY = Object.keys(manifest).find((key) => manifest[key].isEntry);
const shell = filesOf(ENTRY, false);
const rows = [["shell", await sum(shell), SHELL]];
for (const key of Object.keys(manifest).filter(
  (name) => name.startsWith("src/pages/") && manifest[name].isDynamicEntry,
)) {
  // a page imports the entry, whose lazy parts are other pages
  const files = new Set([...shell, ...filesOf(key, true, new Set([ENTRY]))]);
  rows.push([key.split("/").at(-1).replace(".tsx", ""), await sum(files), PAGE]);
}
for (const editor of EDITORS)
  rows.push([editor.split("/").at(-1).replace(".tsx", ""), await sum(filesOf(editor, true))]);
let heavy = 0;
for (const [name, bytes, most] of rows) {
  const verdict = bytes > most ? `TOO HEAVY: at most ${most / 1_000} kB` : "";
  if (verdict) heavy += 1;
  console.log(`${name.padEnd(20)}${(bytes / 1_000).toFixed(0).padStart(5)} kB  ${verdict}`);
}
if (heavy > 0) {
  console.error(`${heavy} of ${rows.length} are over the budget; see what they import with \`npx vite build --debug\``);
  process.exit(1);
}
