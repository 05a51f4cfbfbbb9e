// Writes crates.json: the crates of others that go into the program, on whatever platform, each with its version and licence. With --check it
// only tells whether the committed file is right; where there is no cargo, nothing is told.
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";

const CRATES = new URL("../crates.json", import.meta.url);
const PROGRAM = "crossdock";

function metadata() {
  const options = { cwd: new URL("../../", import.meta.url), encoding: "utf8", maxBuffer: 1 << 28 };
  try {
    return JSON.parse(execFileSync("cargo", ["metadata", "--locked", "--format-version", "1"], options));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** What the program depends on when it runs: neither tests nor what only the build runs, such as procedural macros. */
function carried({ packages, resolve, workspace_members }) {
  const known = new Map(packages.map((each) => [each.id, each]));
  const nodes = new Map(resolve.nodes.map((each) => [each.id, each]));
  const found = new Set(workspace_members.filter((id) => known.get(id).name === PROGRAM));
  for (const id of found) {
    for (const { pkg, dep_kinds } of nodes.get(id).deps) {
      const runs = dep_kinds.some(({ kind }) => kind === null);
      const isMacro = known.get(pkg).targets.some(({ kind }) => kind.includes("proc-macro"));
      if (runs && !isMacro) found.add(pkg);
    }
  }
  const ours = new Set(workspace_members);
  return [...found].filter((id) => !ours.has(id)).map((id) => known.get(id));
}

const read = metadata();
if (read) {
  const lines = carried(read).map(({ name, version, license }) => {
    // an older way to write it
    return JSON.stringify({ name, version, licence: (license ?? "").replaceAll("/", " OR ") });
  });
  const wanted = `[\n${lines.sort().join(",\n")}\n]\n`;
  if (!process.argv.includes("--check")) await writeFile(CRATES, wanted);
  else if (wanted !== (await readFile(CRATES, "utf8"))) {
    console.error("console/crates.json is stale: run `npm run crates`");
    process.exit(1);
  }
} else if (!process.argv.includes("--check")) {
  console.error("crates.json is written from what cargo tells, and there is no cargo on the PATH");
  process.exit(1);
}
