import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { as, barriers, consoleUrl, fresh, giveKey, launch } from "./browser";
import { allPages, type Shown } from "./pages";
import { lookUp } from "./things";

let browser: Browser;
let pages: Shown[];

beforeAll(async () => {
  browser = await launch();
  pages = allPages(await lookUp());
});
afterAll(() => browser.close());

describe("every page", () => {
  for (const scheme of ["light", "dark"] as const) {
    it(`keeps nobody out, ${scheme}`, async () => {
      const page = await as(browser, "dora", { scheme });
      const wrong: string[] = [];
      page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error") wrong.push(`console: ${message.text()}`);
      });
      for (const { name, path, heading, sign } of pages) {
        await page.goto(consoleUrl() + path);
        await page.getByRole("heading", { level: 1, name: heading }).waitFor();
        await page.getByText(sign).first().waitFor();
        wrong.push(...(await barriers(page)).map((each) => `${name}: ${each}`));
      }
      expect(wrong).toEqual([]);
      await page.context().close();
    }, 180_000);
  }

  it("fits a tablet: nothing is wider than the screen", async () => {
    const page = await as(browser, "dora", { width: 820 });
    const wide: string[] = [];
    for (const { name, path, sign } of pages) {
      await page.goto(consoleUrl() + path);
      await page.getByText(sign).first().waitFor({ state: "attached" });
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wide.push(name);
    }
    expect(wide).toEqual([]);
    await page.context().close();
  }, 120_000);

  it("has the page where one signs in, which keeps nobody out and tells a wrong key", async () => {
    const context = await fresh(browser);
    const page = await context.newPage();
    await page.goto(`${consoleUrl()}/orders`);
    expect(await barriers(page)).toEqual([]);
    await giveKey(page, "cd_live_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This key is unknown or has expired").waitFor();
    await page.getByLabel("API key").fill(inject("site").keys.sally);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
    await context.close();
  });

  it("shows the mark of bpmn.io in its diagrams", async () => {
    const page = await as(browser, "dora");
    await page.goto(`${consoleUrl()}/processes`);
    const mark = page.locator(".bjs-powered-by");
    await mark.waitFor();
    expect(await mark.isVisible()).toBe(true);
    await page.context().close();
  });
});
