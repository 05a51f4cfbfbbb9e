import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { as, ask, consoleUrl, fresh, giveKey, launch, until } from "./browser";

interface Exception {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly order: string | null;
  readonly resolution?: { readonly action: string; readonly by: string; readonly reason: string };
}
interface Order {
  readonly id: string;
  readonly status: string;
  readonly account: string;
}

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function open(kind: string): Promise<Exception[]> {
  const { items } = await ask<{ items: Exception[] }>("dora", "/v1/exceptions?status=open&limit=500");
  return items.filter((exception) => exception.kind === kind);
}

/** A new order for one piece of something that is there; it goes its way by itself. */
async function newOrder(): Promise<string> {
  const { items: stock } = await ask<{ items: { item: string; available: number }[] }>("dora", "/v1/stock?limit=500");
  const { items } = await ask<{ items: Order[] }>("dora", "/v1/orders?status=closed&limit=1");
  const item = stock.find(({ available }) => available > 50)?.item;
  const account = items[0]?.account;
  if (!item || !account) throw new Error("the demo left no stock, or no closed order");
  const body = { account, purchase_order: `PO-${crypto.randomUUID()}`, lines: [{ item, quantity: 1 }] };
  return (await ask<{ id: string }>("sally", "/v1/orders", body)).id;
}

describe("journeys", () => {
  it("see an order through: from received to shipped and invoiced, without touching the page", async () => {
    const page = await as(browser, "sally");
    const id = await newOrder();
    await page.goto(`${consoleUrl()}/orders/${id}`);
    await page.getByText("Received by").waitFor();
    // the lab ships and the product bills; the page follows by the event feed
    await page.getByText(/^Shipped: SH-/).waitFor({ timeout: 45_000 });
    await page.getByText(/^Invoiced: IN-/).waitFor({ timeout: 45_000 });
    await page.getByRole("tab", { name: "Documents" }).click();
    await page.getByRole("link", { name: /^SH-/ }).first().waitFor();
    await page.context().close();
  });

  it("resolve an exception with the keyboard: the reason goes on the record and the next case opens by itself", async () => {
    const [first] = await open("PRICE");
    if (!first) throw new Error("the demo left no price exception open");
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/exceptions?kind=PRICE&case=${first.id}`);
    const panel = page.getByRole("complementary", { name: `Case ${first.id}` });
    await panel.getByText("Nobody has claimed it").waitFor();
    await page.keyboard.press("e");
    await panel.getByText("Claimed by").waitFor();
    await page.keyboard.press("2");
    await panel.getByLabel("Reason").fill("our list price counts");
    await panel.getByRole("button", { name: "Use our price", exact: true }).last().click();
    await panel.waitFor({ state: "detached" });
    await page.getByRole("complementary", { name: /^Case EX-/ }).waitFor();
    const after = await ask<Exception>("dora", `/v1/exceptions/${first.id}`);
    expect(after).toMatchObject({
      status: "resolved",
      resolution: { action: "use_expected_price", by: "sally", reason: "our list price counts" },
    });
    await page.context().close();
  });

  it("be refused with the wrong role, and told whose it is", async () => {
    const exception = (await open("PRICE"))[0];
    if (!exception?.order) throw new Error("the demo left no price exception open");
    const page = await as(browser, "wendy");
    await page.goto(`${consoleUrl()}/exceptions?case=${exception.id}`);
    const panel = page.getByRole("complementary", { name: `Case ${exception.id}` });
    await panel.getByText("This is for sales or director. You are warehouse.").waitFor();
    await page.keyboard.press("1");
    expect(await panel.getByLabel("Reason").count()).toBe(0);
    // on the order nobody knows beforehand: the product refuses and the page says why
    await page.goto(`${consoleUrl()}/orders/${exception.order}`);
    await page.getByRole("button", { name: "Release …" }).first().click();
    await page.getByLabel("Reason").fill("it is fine");
    await page.getByRole("button", { name: "Release", exact: true }).click();
    await page.getByRole("alert").getByText("You may not do that").waitFor();
    await page.getByText("the hold is for others to decide on").waitFor();
    expect((await ask<Exception>("dora", `/v1/exceptions/${exception.id}`)).status).toBe("open");
    await page.context().close();
  });

  it("decide on many at once: what would happen is shown first, and each result is told", async () => {
    const before = (await open("PRICE")).length;
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/exceptions?kind=PRICE`);
    const boxes = page.getByRole("checkbox", { name: /^Select EX-/ });
    await boxes.first().check();
    await boxes.nth(1).check();
    await page.getByRole("button", { name: "Decide on all …" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("2 cases will be decided").waitFor();
    await dialog.getByLabel("Reason").fill("agreed with the customer");
    await dialog.getByRole("button", { name: "Decide on 2 cases" }).click();
    await dialog.getByText("2 done").waitFor();
    expect((await open("PRICE")).length).toBe(before - 2);
    await page.context().close();
  });

  it("find why an instance waits: a system that is away is named, and it goes on when it is back", async () => {
    const lab = Number(inject("control"));
    process.kill(lab, "SIGSTOP");
    try {
      const id = await newOrder();
      const page = await as(browser, "dora");
      await page.goto(`${consoleUrl()}/orders/${id}`);
      const why = page.getByRole("region", { name: "Why is it waiting?" });
      await why.getByText(/waits for tax/).waitFor();
      await page.getByRole("tab", { name: "Process" }).click();
      await page.locator(".diagram .token").first().waitFor();
      await page
        .getByRole("table", { name: /^Steps of PI-/ })
        .getByText("tax.quote")
        .waitFor();
      process.kill(lab, "SIGCONT");
      await page.getByText(/^Tax determined/).waitFor({ timeout: 45_000 });
      await page.context().close();
    } finally {
      process.kill(lab, "SIGCONT");
    }
  });

  it("recover from a lost connection: it is told, what was typed stays, and the page goes on by itself", async () => {
    const exception = (await open("PRICE")).at(-1);
    if (!exception) throw new Error("the demo left no price exception open");
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/exceptions?case=${exception.id}`);
    const panel = page.getByRole("complementary", { name: `Case ${exception.id}` });
    await panel.getByRole("button", { name: /^Release/ }).click();
    await panel.getByLabel("Reason").fill("agreed by phone");
    await page.context().setOffline(true);
    await panel.getByRole("button", { name: "Release", exact: true }).click();
    await page.getByText("No connection to Crossdock").waitFor();
    expect(await panel.getByLabel("Reason").inputValue()).toBe("agreed by phone");
    await page.context().setOffline(false);
    await page.getByText("No connection to Crossdock").waitFor({ state: "detached" });
    await panel.getByRole("button", { name: "Release", exact: true }).click();
    await until(
      async () => (await ask<Exception>("dora", `/v1/exceptions/${exception.id}`)).status === "resolved",
      "the decision",
    );
    await page.context().close();
  });

  it("sign in with name and password, act under that name in every tab, and sign out of all", async () => {
    const password = "correct horse battery";
    await ask("ada", "/v1/users", { id: "nina", name: "Nina Hale", roles: ["sales"] });
    await ask("ada", "/v1/users/nina/password", { password });
    const [exception] = await open("PRICE");
    if (!exception) throw new Error("the demo left no price exception");
    const context = await fresh(browser);
    const page = await context.newPage();
    await page.goto(`${consoleUrl()}/exceptions?case=${exception.id}`);
    await page.getByLabel("Name").fill("nina");
    await page.getByLabel(/^Password/).fill("wrong wrong wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The name or the password is wrong").waitFor();
    await page.getByLabel(/^Password/).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Signed in as Nina Hale" }).waitFor();
    await page.getByText("May decide").waitFor();
    await page.keyboard.press("e");
    type Assigned = { assignee: string | null };
    await until(
      async () => (await ask<Assigned>("sally", `/v1/exceptions/${exception.id}`)).assignee === "nina",
      "the claim",
    );
    const other = await context.newPage();
    await other.goto(consoleUrl());
    await other.getByRole("button", { name: "Signed in as Nina Hale" }).click();
    await other.getByRole("menuitem", { name: "Sign out" }).click();
    await other.getByRole("button", { name: "Sign in" }).waitFor();
    await page.goto(`${consoleUrl()}/orders`);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await context.close();
  });

  it("see in one tab what another one did, while one tab alone asks the product", async () => {
    const context = await fresh(browser);
    let asked = 0;
    context.on("request", (request) => {
      if (request.url().includes("/v1/events")) asked += 1;
    });
    const tabs = [await context.newPage(), await context.newPage()];
    for (const tab of tabs) {
      await tab.goto(consoleUrl());
      await giveKey(tab, inject("site").keys.sally);
      await tab.getByRole("button", { name: "Sign in" }).click();
      await tab.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    }
    await until(async () => asked > 1, "the first look at the feed");
    const id = await newOrder();
    for (const tab of tabs) await tab.goto(`${consoleUrl()}/orders`);
    for (const tab of tabs) await tab.getByRole("row", { name: new RegExp(id) }).waitFor();
    await context.close();
  });

  it("open a link that somebody sent: filters, sorting and the case are in it", async () => {
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/exceptions?kind=PRICE&sort=-stake`);
    await page.getByRole("columnheader", { name: "At stake" }).waitFor();
    expect(await page.getByRole("columnheader", { name: "At stake" }).getAttribute("aria-sort")).toBe("descending");
    await page.keyboard.press("j");
    await page.waitForURL(/case=EX-\d+/);
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => !url.searchParams.has("case"));
    await page.context().close();
  });

  it("go anywhere from the keyboard: a number in the search opens what it names", async () => {
    const page = await as(browser, "sally");
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("A page, a command, or a number such as SO-17").fill("so 5");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Order SO-5" }).waitFor();
    await page.getByPlaceholder("A page, a command, or a number such as SO-17").waitFor({ state: "hidden" });
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await page.getByRole("heading", { level: 1, name: "Systems" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Lists and cases").waitFor();
    await page.context().close();
  });

  it("take the tour once: it shows itself, and not again", async () => {
    const page = await as(browser, "sally", { tour: true });
    const tour = page.getByRole("dialog", { name: "A short tour" });
    await tour.getByRole("button", { name: "Next" }).click();
    await page.waitForURL(/exceptions/);
    await tour.getByRole("button", { name: "Skip" }).click();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Exceptions" }).waitFor();
    expect(await tour.count()).toBe(0);
    await page.context().close();
  });

  it("ask for what the console's types were made from", async () => {
    const { paths } = await ask<{ paths: unknown }>("dora", "/openapi.json");
    const known = JSON.parse(await readFile(new URL("../src/api/openapi.json", import.meta.url), "utf8")) as {
      paths: unknown;
    };
    expect(known.paths, "run `npm run types` with CROSSDOCK_URL and CROSSDOCK_API_KEY").toEqual(paths);
  });
});
