import { chmodSync, existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, it } from "vitest";
import { as, consoleUrl, launch, withoutStreams } from "./browser";
import { allPages } from "./pages";
import { lookUp } from "./things";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
it("shots", async () => {
  const want = (process.env["SHOTS"] ?? "").split(",");
  const pages = allPages(await lookUp()).filter(({ name }) => want.includes(name));
  for (const scheme of ["light", "dark"] as const) {
    const page = await as(browser, (process.env["WHO"] ?? "dora") as "dora", {
      scheme,
      width: Number(process.env["W"] ?? 1200),
      height: 760,
    });
    await withoutStreams(page);
    for (const { name, path, sign } of pages) {
      await page.goto(consoleUrl() + path);
      await page.getByText(sign).first().waitFor();
      await page.waitForLoadState("networkidle");
      await page.waitForTimeout(300);
      await page.screenshot({ path: `/tmp/h/e-bin/shots/${name}-${scheme}.png` });
    }
    await page.context().close();
  }
});
void existsSync;
void chmodSync;
