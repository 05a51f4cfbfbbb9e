import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { as, ask, consoleUrl, launch, until } from "./browser";
import { newOrder, type Order, open } from "./given";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe("the day", () => {
  it("each figure of today opens the list that it counts, and the address says which", async () => {
    await newOrder();
    const page = await as(browser, "dora");
    await page.goto(`${consoleUrl()}/`);
    const today = page.getByRole("region", { name: /^Today, / });
    const figure = today.getByRole("link", { name: /orders in today$/ });
    const counted = Number(/^[\d,]+/.exec((await figure.textContent()) ?? "")?.[0].replaceAll(",", ""));
    expect(counted).toBeGreaterThan(0);
    await figure.click();
    await page.waitForURL(/\/orders\?today=received$/);
    const shown = page.getByText(/^[\d,]+ orders? shown/);
    await shown.waitFor();
    const { items } = await ask<{ items: Order[] }>("dora", "/v1/orders?today=received&limit=500");
    expect(items.length).toBeGreaterThanOrEqual(counted);
    await page.goto(`${consoleUrl()}/orders?promise=missed`);
    await page.getByRole("combobox", { name: "How the promise stands" }).waitFor();
    await page.context().close();
  });

  it("whoever may not release a hold sees the button with the reason, before they try", async () => {
    const exception = (await open("PRICE")).find(({ order }) => order !== null);
    if (!exception?.order) throw new Error("the demo left no held order");
    const page = await as(browser, "wendy");
    await page.goto(`${consoleUrl()}/orders/${exception.order}`);
    const release = page.getByRole("button", { name: "Release …" }).first();
    await release.focus();
    await page
      .getByRole("tooltip")
      .getByText(/wendy may not do this: /)
      .waitFor();
    expect(await release.getAttribute("aria-disabled")).toBe("true");
    await page.context().close();
  });

  it("change an order that somebody else has changed meanwhile: what was typed stays, and what is there now is shown", async () => {
    const exception = (await open("PRICE")).find(({ order }) => order !== null);
    if (!exception?.order) throw new Error("the demo left no held order");
    const id = exception.order;
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/orders/${id}`);
    await page.getByRole("button", { name: "Change or cancel" }).click();
    await page.getByRole("menuitem", { name: "Change lines, prices or the date …" }).click();
    const dialog = page.getByRole("dialog", { name: `Change ${id}` });
    await dialog.getByLabel("Requested date").fill("2099-05-01");
    await ask("dora", `/v1/orders/${id}/holds`, { reason: "the customer asked to wait" });
    await dialog.getByRole("button", { name: "Change", exact: true }).click();
    await dialog.getByText("Somebody has changed it meanwhile").waitFor();
    expect(await dialog.getByLabel("Requested date").inputValue()).toBe("2099-05-01");
    const requested = async () => (await ask<{ requested: string | null }>("dora", `/v1/orders/${id}`)).requested;
    expect(await requested()).not.toBe("2099-05-01");
    await dialog.getByRole("button", { name: "Change", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    expect(await requested()).toBe("2099-05-01");
    await page.context().close();
  });

  it("an order that is closed still shows which way its process went, and its timeline leads on", async () => {
    const { items } = await ask<{ items: Order[] }>("dora", "/v1/orders?status=closed&limit=1");
    const id = items[0]?.id ?? "";
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/orders/${id}?tab=process`);
    await page.getByText("This is what it went through.").waitFor();
    const way = page.getByRole("table", { name: /went through$/ });
    expect(await way.getByRole("row").count()).toBeGreaterThan(3);
    const timeline = page.getByRole("region", { name: "Events of the order" });
    await timeline
      .getByRole("link", { name: /^SH-\d+$/ })
      .first()
      .waitFor();
    await timeline
      .getByRole("link", { name: /^Link to this point/ })
      .last()
      .click();
    await page.waitForURL(/[?&]at=/);
    await page.reload();
    await page
      .locator("[aria-current=true]")
      .getByText(/^Received by/)
      .waitFor();
    await page.context().close();
  });

  it("browse master data: an item with what it is, and every change of it", async () => {
    const page = await as(browser, "ada");
    await page.goto(`${consoleUrl()}/administration/master-data`);
    const there = page.getByRole("region", { name: "What there is" });
    await there.getByText(/items shown/).waitFor();
    await there.getByRole("row").nth(1).click();
    const drawer = page.getByRole("dialog", { name: /^Item / });
    await drawer.getByText("Tax category").waitFor();
    const history = drawer.getByRole("region", { name: /^History of item / });
    await until(async () => (await history.getByRole("link").count()) > 0, "the history of the item");
    await page.goto(`${consoleUrl()}/administration/master-data?kind=calendars`);
    await there.getByText(/calendars shown/).waitFor();
    await page.context().close();
  });
});
