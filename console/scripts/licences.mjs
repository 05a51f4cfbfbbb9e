// Every package that goes into the console has a licence that the product may carry; with --list it prints them.
import { readFile } from "node:fs/promises";

const ALLOWED = /^(MIT|MIT-0|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|ISC|MPL-2\.0|CC0-1\.0|Unlicense|Zlib)$/;
/** Licences with a name of their own, and why each may be. */
const MARK = "the bpmn.io licence: MIT, and the mark stays visible wherever it draws";
const OWN = {
  "bpmn-js": MARK,
  "@bpmn-io/form-js-editor": MARK,
  "@bpmn-io/form-js-viewer": MARK,
  "dmn-js": MARK,
  "dmn-js-boxed-expression": MARK,
  "dmn-js-decision-table": MARK,
  "dmn-js-drd": MARK,
  "dmn-js-literal-expression": MARK,
  "dmn-js-shared": MARK,
  "component-props": "MIT, as its readme says; its manifest says nothing",
};

const ROOT = new URL("../", import.meta.url);
const { packages } = JSON.parse(await readFile(new URL("package-lock.json", ROOT), "utf8"));
let refused = 0;
for (const [path, { dev, license }] of Object.entries(packages).sort()) {
  if (path === "" || dev) continue;
  const name = path.split("node_modules/").at(-1);
  const licence = license ?? "";
  const parts = licence.replace(/[()]/g, "").split(/ OR /);
  if (process.argv.includes("--list")) console.log(`${name}: ${OWN[name] ?? licence}`);
  if (OWN[name] || parts.some((part) => part.split(" AND ").every((each) => ALLOWED.test(each)))) continue;
  console.error(`${name}: the licence "${licence}" is not among those that the product may carry`);
  refused += 1;
}
if (refused > 0) process.exit(1);
