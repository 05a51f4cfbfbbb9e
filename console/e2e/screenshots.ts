import { mkdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { as, consoleUrl, launch, withoutStreams } from "./browser";
import { allPages, type Shown } from "./pages";
import { lookUp } from "./things";

const FOLDER = resolve("../docs/src/console");
/** The largest picture, in bytes: the book is read over slow lines, too. A large diagram has many edges, and takes most of it. */
const LARGEST = 200_000;

let browser: Browser;
let pages: Shown[];

beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  browser = await launch();
  pages = allPages(await lookUp());
});
afterAll(() => browser.close());

for (const scheme of ["light", "dark"] as const) {
  it(`pictures of every page, ${scheme}`, async () => {
    const page = await as(browser, "dora", { scheme, width: 1200, height: 660 });
    // the network of a page that listens to a stream never rests
    await withoutStreams(page);
    const large: string[] = [];
    for (const { name, path, sign } of pages) {
      await page.goto(consoleUrl() + path);
      await page.getByText(sign).first().waitFor();
      // charts and diagrams come after the data
      await page.waitForLoadState("networkidle");
      const file = `${FOLDER}/${name}-${scheme}.png`;
      await page.screenshot({ path: file });
      if ((await stat(file)).size > LARGEST) large.push(name);
    }
    expect(large).toEqual([]);
    await page.context().close();
  }, 180_000);
}
