// Writes a Brotli and a gzip twin beside every file that gets smaller by it; the server sends what a browser understands.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const WORTH = new Set([".js", ".css", ".html", ".svg", ".json"]);
const SMALLEST = 1_024;
const [brotli, zip] = [promisify(brotliCompress), promisify(gzip)];
const DIST = new URL("../dist/", import.meta.url).pathname;

for (const entry of await readdir(DIST, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile() || !WORTH.has(extname(path)) || path.includes("/.vite/")) continue;
  const plain = await readFile(path);
  if (plain.length < SMALLEST) continue;
  const small = await brotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } });
  await writeFile(`${path}.br`, small);
  await writeFile(`${path}.gz`, await zip(plain, { level: 9 }));
}
