import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { as, ask, barriers, consoleUrl, launch } from "./browser";

interface Version {
  readonly id: string;
  readonly version: number;
  readonly resource: string;
}

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function latestOf(resource: string): Promise<Version> {
  const { items } = await ask<{ items: Version[] }>("dora", "/v1/processes?limit=500");
  const found = items.filter((each) => each.resource === resource).toSorted((a, b) => b.version - a.version)[0];
  if (!found) throw new Error(`${resource} is not deployed`);
  return found;
}

/** Begins a draft on the page, as people do. */
async function begin(page: Page, definition: string, title: string): Promise<string> {
  await page.goto(`${consoleUrl()}/rules/${encodeURIComponent(definition)}`);
  await page.getByRole("button", { name: "Begin a draft …" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("What is to change").fill(title);
  await dialog.getByRole("button", { name: "Begin", exact: true }).click();
  await page.waitForURL(/\/rules\/drafts\/DR-\d+/);
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  return /DR-\d+/.exec(page.url())?.[0] ?? "";
}

describe("rules", () => {
  it("change a rule with review and roll it back: whoever writes does not approve, and each step is on the record", async () => {
    const before = await latestOf("exception-routing.dmn");
    const page = await as(browser, "dora");
    const draft = await begin(page, before.id, "Say why in the first rule");
    // the table is there, with the mark of those who made its editor
    await page.locator(".decisions .tjs-table").waitFor();
    expect(await page.locator(".decisions .powered-by-logo, .decisions .bjs-powered-by").first().isVisible()).toBe(
      true,
    );
    const save = page.getByRole("button", { name: "Save", exact: true });
    expect(await save.isDisabled()).toBe(true);
    await page.locator(".decisions .annotation-editor").first().click();
    await page.keyboard.type("agreed with finance");
    await page.getByRole("heading", { level: 1 }).click();
    await save.click();
    await page.getByText(`Saved ${draft}`).waitFor();
    await page.getByRole("tab", { name: "What changes" }).click();
    await page.getByRole("list", { name: "What changed" }).getByText("agreed with finance").waitFor();
    await page.getByRole("tab", { name: "Try" }).click();
    await page.getByLabel("What is known").fill('{"exception": "CREDIT"}');
    await page.getByRole("button", { name: "Decide" }).click();
    await page
      .getByRole("region", { name: "What was decided" })
      .getByText(/matched/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Submit for review …" }).click();
    await page.getByRole("dialog").getByLabel("What to look at").fill("the remark of rule 1");
    await page.getByRole("button", { name: "Submit", exact: true }).click();
    const approve = page.getByRole("button", { name: "Approve …" });
    await approve.waitFor();
    expect(await approve.getAttribute("aria-disabled")).toBe("true");
    expect(await barriers(page)).toEqual([]);
    await page.context().close();
    // nor does the product let him who goes past the page
    await expect(ask("dora", `/v1/drafts/${draft}/approval`, { revision: 2 })).rejects.toThrow(/has written at/);

    const other = await as(browser, "ada");
    await other.goto(`${consoleUrl()}/rules/drafts/${draft}?tab=changes`);
    await other.getByRole("list", { name: "What changed" }).getByText("agreed with finance").waitFor();
    await other.getByRole("button", { name: "Approve …" }).click();
    await other.getByRole("dialog").getByLabel("Note").fill("so it shall be");
    await other.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).click();
    await other.getByRole("link", { name: `version ${before.version + 1}` }).waitFor();
    await other.getByRole("tab", { name: "History" }).click();
    for (const what of ["Begun by dora", "Submitted by dora", "Approved by ada", "Deployed by ada"]) {
      await other.getByRole("list", { name: "What was done about it" }).getByText(what).waitFor();
    }
    expect((await latestOf("exception-routing.dmn")).version).toBe(before.version + 1);

    await other.getByRole("link", { name: `version ${before.version + 1}` }).click();
    await other.getByRole("button", { name: "Roll back …" }).click();
    await other.getByRole("dialog").getByLabel("Reason").fill("finance changed its mind");
    await other.getByRole("dialog").getByRole("button", { name: "Roll back", exact: true }).click();
    await other.getByText(`Decisions, version ${before.version + 2}`).waitFor();
    const xml = (version: number) =>
      ask<{ xml: string }>("dora", `/v1/processes/${before.id}/versions/${version}`).then((found) => found.xml);
    expect(await xml(before.version + 2)).toBe(await xml(before.version));
    await other.context().close();
  });

  it("model a process: what is wrong is shown at its element, and the mark of the modeller stays visible", async () => {
    const { id } = await latestOf("resolve-hold.bpmn");
    const page = await as(browser, "dora");
    const draft = await begin(page, id, "Rename the start");
    await page.locator(".modeller .djs-container svg").first().waitFor();
    expect(await page.locator(".modeller .bjs-powered-by").isVisible()).toBe(true);
    await page.locator(".modeller .djs-shape").filter({ hasText: "Find the owner" }).first().click();
    const properties = page.getByRole("region", { name: "Properties of what is selected" });
    await properties.getByText("General", { exact: true }).click();
    const name = properties.getByLabel("Name", { exact: true });
    await name.fill("Somebody has to decide");
    await name.blur();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText(`Saved ${draft}`).waitFor();
    await page.getByRole("tab", { name: "What changes" }).click();
    await page.getByRole("list", { name: "What changed" }).getByText("Somebody has to decide").first().waitFor();
    await page.locator(".diagram .djs-element.changed").first().waitFor();
    await page.context().close();

    // an exception that there is not
    const found = await ask<{ content: string; revision: number }>("dora", `/v1/drafts/${draft}`);
    const content = found.content.replace('value="=hold.exception"', 'value="NOTHING-OF-THE-KIND"');
    expect(content).not.toBe(found.content);
    await ask("dora", `/v1/drafts/${draft}/content`, { content, revision: found.revision });
    const again = await as(browser, "dora");
    await again.goto(`${consoleUrl()}/rules/drafts/${draft}`);
    await again.locator(".modeller .lint.error").first().waitFor();
    await again.getByRole("list", { name: "Findings" }).getByText("Wrong").first().waitFor();
    await again.getByRole("button", { name: "Submit for review …" }).click();
    await again.getByRole("button", { name: "Submit", exact: true }).click();
    await again.getByRole("alert").waitFor();
    await again.context().close();
    await ask("dora", `/v1/drafts/${draft}/discard`, { note: "it was a trial" });
  });

  it("read a rule without the right to change it, and be told whose it is", async () => {
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/rules`);
    await page.getByRole("link", { name: "Exception routing" }).click();
    await page.getByRole("table", { name: "Rules of Exception routing" }).getByText('"credit_clerk"').first().waitFor();
    const button = page.getByRole("button", { name: "Begin a draft …" });
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    await button.hover();
    await page.getByText("Drafts are for operations, admin or director.").waitFor();
    await page.context().close();
  });
});
