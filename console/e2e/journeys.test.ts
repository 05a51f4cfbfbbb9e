import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { as, ask, consoleUrl, fresh, giveKey, launch, until, withoutStreams } from "./browser";
import { ambiguousPayment, type Exception, newOrder, open, type Payment, shortOrder } from "./given";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

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
    // on the order the product is asked beforehand, and the button says why not
    await page.goto(`${consoleUrl()}/orders/${exception.order}`);
    await page.getByRole("button", { name: "Release …" }).first().focus();
    await page
      .getByRole("tooltip")
      .getByText(/the hold is for others to decide on/)
      .waitFor();
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

  it("resolve a credit hold as the right person, and be refused as the wrong one", async () => {
    const [exception] = await open("CREDIT");
    if (!exception?.order) throw new Error("the demo left no credit hold");
    const wrong = await as(browser, "sally");
    await wrong.goto(`${consoleUrl()}/exceptions?case=${exception.id}`);
    const theirs = wrong.getByRole("complementary", { name: `Case ${exception.id}` });
    await theirs.getByText(/^This is for credit clerk, credit manager or director. You are sales./).waitFor();
    await wrong.context().close();
    // the role is right and the authority is not: that is for the product to say
    const lesser = await as(browser, "carl");
    await lesser.goto(`${consoleUrl()}/exceptions?case=${exception.id}`);
    const tried = lesser.getByRole("complementary", { name: `Case ${exception.id}` });
    await tried.getByRole("button", { name: /^Release/ }).hover();
    await lesser
      .getByRole("tooltip")
      .getByText(/over the limit needs more authority/)
      .waitFor();
    expect(await tried.getByRole("button", { name: /^Release/ }).getAttribute("aria-disabled")).toBe("true");
    await lesser.context().close();
    expect((await ask<Exception>("dora", `/v1/exceptions/${exception.id}`)).status).toBe("open");

    const right = await as(browser, "dora");
    await right.goto(`${consoleUrl()}/exceptions?case=${exception.id}`);
    const panel = right.getByRole("complementary", { name: `Case ${exception.id}` });
    await panel.getByRole("button", { name: /^Release/ }).click();
    await panel.getByLabel("Reason").fill("paid on time for years");
    await panel.getByRole("button", { name: "Release", exact: true }).last().click();
    await until(
      async () => (await ask<Exception>("dora", `/v1/exceptions/${exception.id}`)).status === "resolved",
      "the released credit hold",
    );
    const after = await ask<Exception>("dora", `/v1/exceptions/${exception.id}`);
    expect(after.resolution).toMatchObject({ action: "release", by: "dora", reason: "paid on time for years" });
    await right.context().close();
  });

  it("answer a shortage: who waits for what is there, and the missing units alone are cancelled", async () => {
    const { order, item } = await shortOrder();
    const of = async () =>
      (await ask<{ items: Exception[] }>("dora", `/v1/exceptions?order=${order}`)).items.find(
        ({ kind }) => kind === "SHORTAGE",
      );
    const exception = await until(of, "the shortage");
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/exceptions?kind=SHORTAGE&case=${exception.id}`);
    const panel = page.getByRole("complementary", { name: `Case ${exception.id}` });
    await panel.getByText(new RegExp(`of ${item} on line 1 are missing`)).waitFor();
    await panel.getByRole("link", { name: order }).first().waitFor();
    await panel.getByRole("button", { name: /^Cancel/ }).click();
    await panel.getByLabel("Reason").fill("the customer buys it elsewhere");
    await panel.getByRole("button", { name: "Cancel", exact: true }).last().click();
    await panel.waitFor({ state: "detached" });
    const after = await ask<Exception>("dora", `/v1/exceptions/${exception.id}`);
    expect(after).toMatchObject({
      status: "resolved",
      resolution: { action: "cancel", by: "sally", reason: "the customer buys it elsewhere" },
    });
    const { lines } = await ask<{ lines: { item: string; cancelled: number; backordered: number }[] }>(
      "dora",
      `/v1/orders/${order}`,
    );
    expect(lines[0]).toMatchObject({ item, backordered: 0 });
    expect(lines[0]?.cancelled).toBeGreaterThan(0);
    await page.goto(`${consoleUrl()}/exceptions?status=resolved&case=${exception.id}`);
    await panel.getByText("Cancel by sally").waitFor();
    await panel.getByText("“the customer buys it elsewhere”").waitFor();
    await page.context().close();
  });

  it("match an ambiguous payment: what speaks for each candidate is there, and the choice is applied", async () => {
    const exception = await ambiguousPayment();
    const page = await as(browser, "rita");
    await page.goto(`${consoleUrl()}/exceptions?case=${exception.id}`);
    const panel = page.getByRole("complementary", { name: `Case ${exception.id}` });
    await panel.getByRole("button", { name: /^Match/ }).click();
    await panel
      .getByRole("button", { name: /IN-\d+/ })
      .first()
      .click();
    const chosen = /^IN-\d+/.exec(await panel.getByLabel("Invoices").inputValue())?.[0];
    await panel.getByLabel("Reason").fill("the customer named it on the phone");
    await panel.getByRole("button", { name: "Match", exact: true }).last().click();
    await until(
      async () => (await ask<Exception>("dora", `/v1/exceptions/${exception.id}`)).status === "resolved",
      "the match",
    );
    const { subject } = await ask<{ subject: string }>("dora", `/v1/exceptions/${exception.id}`);
    // the lab may have paid part of the invoice meanwhile, and the rest of this payment is money on account then
    const payment = await ask<Payment>("dora", `/v1/payments/${subject.split(" ")[1]}`);
    expect(payment.allocations.map(({ invoice }) => invoice)).toEqual([chosen]);
    await page.context().close();
  });

  it("replay a dead letter: a trial first, and once the system is well again it is delivered", async () => {
    const tell = (what: "fail" | "work") => fetch(`${inject("carrier")}/--${what}`, { method: "POST" });
    type Letters = { items: { id: string; order: string | null }[] };
    await tell("fail");
    try {
      const order = await newOrder();
      const letter = await until(
        async () =>
          (await ask<Letters>("dora", "/v1/dead-letters?limit=500")).items.find((each) => each.order === order),
        "the dead letter",
      );
      await tell("work");
      const page = await as(browser, "dora");
      await page.goto(`${consoleUrl()}/systems?tab=dead-letters`);
      const row = page.getByRole("row", { name: new RegExp(letter.id) });
      await row.getByText("the depot is closed").waitFor();
      await row.getByRole("button", { name: "Send again …" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("The trial run says that it can be sent").waitFor();
      await dialog.getByRole("button", { name: "Send again" }).click();
      await row.waitFor({ state: "detached" });
      await page.goto(`${consoleUrl()}/orders/${order}`);
      await page.getByText(/^Shipped: SH-/).waitFor({ timeout: 45_000 });
      await page.context().close();
    } finally {
      await tell("work");
    }
  });

  it("operate on an instance: what would happen is shown first, and the reason goes on the record", async () => {
    const exception = (await open("PRICE")).find(({ order }) => order !== null);
    if (!exception?.order) throw new Error("the demo left no held order");
    type Waiting = { instances: { instance: string }[] };
    const { instances } = await ask<Waiting>("dora", `/v1/orders/${exception.order}/waiting`);
    const id = instances[0]?.instance ?? "";
    const sales = await as(browser, "sally");
    await sales.goto(`${consoleUrl()}/processes/instances/${id}`);
    // not before it is known who sits there
    await sales.locator("[aria-disabled=true]", { hasText: "Operate" }).focus();
    await sales.getByRole("tooltip").getByText("This is for operations. You are sales.").waitFor();
    await sales.context().close();

    const page = await as(browser, "dora");
    await page.goto(`${consoleUrl()}/processes/instances/${id}`);
    await page.getByRole("button", { name: "Operate" }).click();
    await page.getByRole("menuitem", { name: "Suspend …" }).click();
    const dialog = page.getByRole("dialog", { name: `Suspend: ${id}` });
    await dialog.getByLabel("Reason").fill("the customer asked for a day");
    await dialog.getByRole("button", { name: "See what would happen" }).click();
    await dialog
      .getByRole("status")
      .getByText(/suspended/)
      .first()
      .waitFor();
    const state = async () => (await ask<{ state: string }>("dora", `/v1/instances/${id}`)).state;
    expect(await state()).not.toBe("suspended");
    await dialog.getByRole("button", { name: "Suspend", exact: true }).click();
    await page.getByText("Suspended", { exact: true }).waitFor();
    expect(await state()).toBe("suspended");
    await page.getByRole("button", { name: "Operate" }).click();
    await page.getByRole("menuitem", { name: "Resume …" }).click();
    await page.getByLabel("Reason").fill("the day is over");
    await page.getByRole("button", { name: "See what would happen" }).click();
    await page.getByRole("button", { name: "Resume", exact: true }).click();
    await until(async () => (await state()) !== "suspended", "the resumed instance");
    await page.context().close();
  });

  it("operate on all that a filter means: their number is told first, and how far it is afterwards", async () => {
    const exception = (await open("PRICE")).find(({ order }) => order !== null);
    if (!exception?.order) throw new Error("the demo left no held order");
    const page = await as(browser, "dora");
    await page.goto(`${consoleUrl()}/processes?process=order-to-cash&key=${exception.order}`);
    await page.getByRole("button", { name: "Do to all of them" }).click();
    await page.getByRole("menuitem", { name: "Set variables …" }).click();
    const dialog = page.getByRole("dialog", { name: "Set variables: all that the filter means" });
    await dialog.getByRole("textbox", { name: "Variables" }).fill("yes");
    await dialog.getByText("Variables are a JSON object").waitFor();
    await dialog.getByRole("textbox", { name: "Variables" }).fill('{ "seenByConsole": true }');
    const reason = `marked for the audit ${crypto.randomUUID().slice(0, 8)}`;
    await dialog.getByLabel("Reason").fill(reason);
    await dialog.getByRole("button", { name: "See what would happen" }).click();
    await dialog.getByText("1 instance is meant; 1 would be changed.").waitFor();
    await dialog.getByRole("button", { name: "Set variables", exact: true }).click();
    const row = page.getByRole("region", { name: "Operations on many" }).getByRole("row", { name: new RegExp(reason) });
    await row.getByText("1 of 1").waitFor();
    await row.getByText("Done").waitFor();
    await page.context().close();
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

  it("go through a list by keys alone: the first comes into it, and the row opens", async () => {
    const page = await as(browser, "dora");
    await page.goto(`${consoleUrl()}/orders`);
    const rows = page.getByRole("grid").getByRole("row", { name: /SO-/ });
    await rows.first().waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-index"));
    await page.keyboard.press("j");
    await until(async () => (await focused()) === "0", "the first row");
    await page.keyboard.press("j");
    await until(async () => (await focused()) === "1", "the second row");
    await page.keyboard.press("x");
    const second = page.locator('.grid [data-index="1"]');
    await until(() => second.getByRole("checkbox").isChecked(), "the selection");
    const id = await second.getAttribute("data-id");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/orders/${id}`);
    await page.context().close();
  });

  it("go to a page without a connection: the console stays, says so, and the page opens when the connection is back", async () => {
    const page = await as(browser, "dora");
    // pages are loaded beforehand: this one is kept from it
    await page.route(/\/assets\/RulesPage/, (route) => route.abort());
    const last = page.waitForResponse(/\/assets\/SettingsPage/);
    await page.goto(consoleUrl());
    await last;
    const menu = page.getByRole("navigation");
    await page.context().setOffline(true);
    await menu.getByRole("link", { name: "Rules" }).click();
    const told = page.getByRole("alert").filter({ hasText: "This page was not loaded yet" });
    await told.getByRole("button", { name: "Try again" }).click();
    await told.waitFor();
    // what was loaded beforehand opens, and the frame is there all the while
    await menu.getByRole("link", { name: "Systems" }).click();
    await page.getByRole("heading", { name: "Systems" }).first().waitFor();
    await menu.getByRole("link", { name: "Rules" }).click();
    await told.waitFor();
    await page.unroute(/\/assets\/RulesPage/);
    await page.context().setOffline(false);
    await page.getByRole("heading", { name: "Rules", level: 1 }).waitFor();
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
    const asked: string[] = [];
    context.on("request", (request) => {
      if (request.url().includes("/v1/events")) asked.push(request.headers()["accept"] ?? "");
    });
    const tabs = [await context.newPage(), await context.newPage()];
    for (const tab of tabs) {
      await tab.goto(`${consoleUrl()}/orders`);
      await giveKey(tab, inject("site").keys.sally);
      await tab.getByRole("button", { name: "Sign in" }).click();
      await tab.getByRole("row", { name: /SO-/ }).first().waitFor();
    }
    await until(async () => asked.length > 0, "the stream of events");
    const id = await newOrder();
    for (const tab of tabs) await tab.getByRole("row", { name: new RegExp(id) }).waitFor();
    expect(asked).toEqual(["text/event-stream"]);
    await context.close();
  });

  it("hear what happened while the connection was lost, and what happens after it", async () => {
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/orders`);
    await page.getByRole("row", { name: /SO-/ }).first().waitFor();
    await page.context().setOffline(true);
    await page.getByText("No connection to Crossdock").waitFor();
    const missed = await newOrder();
    await page.context().setOffline(false);
    await page.getByRole("row", { name: new RegExp(missed) }).waitFor();
    const later = await newOrder();
    await page.getByRole("row", { name: new RegExp(later) }).waitFor();
    await page.context().close();
  });

  it("hear what happens where nothing lets a stream through: the feed is asked for instead", async () => {
    const page = await as(browser, "sally");
    await withoutStreams(page);
    await page.goto(`${consoleUrl()}/orders`);
    await page.getByRole("row", { name: /SO-/ }).first().waitFor();
    const id = await newOrder();
    await page.getByRole("row", { name: new RegExp(id) }).waitFor();
    await page.context().close();
  });

  it("create and revoke an API key: it is shown once, works, and works no longer", async () => {
    const page = await as(browser, "ada");
    const name = `shop-${crypto.randomUUID().slice(0, 8)}`;
    await page.goto(`${consoleUrl()}/administration/clients`);
    await page.getByRole("button", { name: "Add a client …" }).click();
    const adding = page.getByRole("dialog", { name: "Add an API client" });
    await adding.getByLabel("Name on the record").fill(name);
    await adding.getByLabel("Sales").check();
    await adding.getByRole("button", { name: "Add", exact: true }).click();
    const client = page.getByRole("dialog", { name: `API client ${name}` });
    await client.getByText("It has no key yet").waitFor();
    await client.getByRole("button", { name: "Make a key …" }).click();
    await page.getByRole("button", { name: "Make it" }).click();
    const key = (await page.getByLabel("API key").textContent()) ?? "";
    const answer = async () => {
      const headers = { authorization: `Bearer ${key}` };
      return (await fetch(`${inject("site").url}/v1/session`, { headers })).status;
    };
    expect(await answer()).toBe(200);
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.getByText(key).waitFor({ state: "detached" });
    const row = client.getByRole("row", { name: new RegExp(key.slice(0, 16)) });
    await row.getByText("Accepted").waitFor();
    await row.getByRole("button", { name: /^Revoke/ }).click();
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await row.getByText("Revoked").waitFor();
    expect(await answer()).toBe(401);
    await page.context().close();
  });

  it("be kept from what others administer, and told whose it is", async () => {
    const sales = await as(browser, "sally");
    await sales.goto(`${consoleUrl()}/administration/users`);
    await sales.getByText("Only administrators and directors see who may do what. You are sales.").waitFor();
    await sales.context().close();
    const director = await as(browser, "dora");
    await director.goto(`${consoleUrl()}/administration/users`);
    const add = director.getByRole("button", { name: "Add a user …" });
    await add.focus();
    await director.getByRole("tooltip").getByText("Only administrators change users").waitFor();
    await add.click({ force: true });
    expect(await director.getByRole("dialog").count()).toBe(0);
    await director.context().close();
  });

  it("add a person who then signs in, shut the person out, and let nobody change his own rights", async () => {
    const page = await as(browser, "ada");
    const name = `otto-${crypto.randomUUID().slice(0, 8)}`;
    await page.goto(`${consoleUrl()}/administration/users`);
    await page.getByRole("button", { name: "Add a user …" }).click();
    const adding = page.getByRole("dialog", { name: "Add a user" });
    await adding.getByLabel("Name on the record").fill(name);
    await adding.getByLabel("Full name").fill("Otto Berg");
    await adding.getByLabel("Admin").check();
    await adding.getByLabel(/^Limit in/).fill("2500");
    await adding.getByRole("button", { name: "Add", exact: true }).click();
    const user = page.getByRole("dialog", { name: `User ${name}` });
    await user.getByText("No password yet").waitFor();
    await user.getByRole("button", { name: "Set a password …" }).click();
    await page.getByLabel("New password").fill("correct horse battery");
    await page.getByRole("button", { name: "Set it" }).click();
    await user.getByText("With a password").waitFor();

    const context = await fresh(browser);
    const his = await context.newPage();
    await his.goto(`${consoleUrl()}/administration/users?open=${name}`);
    await his.getByLabel("Name").fill(name);
    await his.getByLabel(/^Password/).fill("correct horse battery");
    await his.getByRole("button", { name: "Sign in" }).click();
    await his.getByText("Nobody changes his own rights").first().waitFor();

    await user.getByRole("button", { name: "Shut out" }).click();
    await user.getByText("Shut out", { exact: true }).first().waitFor();
    await his.goto(`${consoleUrl()}/orders`);
    await his.getByRole("button", { name: "Sign in" }).waitFor();
    await context.close();
    await page.context().close();
  });

  it("follow an audit trail: from what somebody decided to everything of the order, by links that can be sent", async () => {
    const [exception] = await open("PRICE");
    if (!exception?.order) throw new Error("the demo left no price exception open");
    const reason = `agreed with the buyer ${crypto.randomUUID()}`;
    await ask("sally", `/v1/exceptions/${exception.id}/resolution`, { action: "release", reason, details: {} });
    const page = await as(browser, "ada");
    await page.goto(`${consoleUrl()}/administration/audit`);
    await page.getByLabel("Who").fill("sally");
    await page.getByLabel("Who").press("Enter");
    await page.getByLabel(/^What, as/).fill("exception resolved");
    await page.getByLabel(/^What, as/).press("Enter");
    await page.getByRole("row", { name: new RegExp(reason) }).click();
    const event = page.getByRole("dialog", { name: /^Event / });
    await event.getByText(`“${reason}”`).waitFor();
    await event.getByText(/that came of it/).waitFor();
    await page.reload();
    await event.getByText(`“${reason}”`).waitFor();
    await event.getByRole("link", { name: `everything of ${exception.order}` }).click();
    await page.getByText("all was searched").waitFor({ timeout: 45_000 });
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV" }).click(),
    ]);
    const exported = await readFile(await file.path(), "utf8");
    for (const part of [reason, "order.received", `exception ${exception.id}`]) expect(exported).toContain(part);
    await page.context().close();
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
    const field = page.getByPlaceholder("A page, a command, or a number such as SO-17");
    // the search is loaded after the page: a key that was pressed before that is not lost
    await page.keyboard.press("Control+k");
    await field.fill("so 5");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Order SO-5" }).waitFor();
    await field.waitFor({ state: "hidden" });
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await page.getByRole("heading", { level: 1, name: "Systems" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Lists and cases").waitFor();
    await page.context().close();
  });

  it("press the key of the search before it is loaded: it opens as soon as it is there", async () => {
    const page = await as(browser, "sally");
    let letThrough = (): void => undefined;
    const held = new Promise<void>((release) => {
      letThrough = release;
    });
    await page.route(/assets\/(Palette|spotlight|Spotlight)[^/]*\.js/i, async (route) => {
      await held;
      await route.continue();
    });
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    await page.keyboard.press("Control+k");
    const field = page.getByPlaceholder("A page, a command, or a number such as SO-17");
    expect(await field.count()).toBe(0);
    letThrough();
    await field.waitFor();
    await page.context().close();
  });

  it("save a view of the orders, find it on another machine, and forget it", async () => {
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/orders?status=on_hold&sort=-net`);
    await page.getByRole("button", { name: "Saved views" }).click();
    await page.getByRole("menuitem", { name: "Save what is shown …" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Held, dearest first");
    await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Held, dearest first", exact: true }).waitFor();
    await page.context().close();

    const other = await as(browser, "sally");
    await other.goto(`${consoleUrl()}/orders`);
    await other.getByRole("button", { name: "Saved views" }).click();
    await other.getByRole("menuitem", { name: "Held, dearest first" }).click();
    await other.waitForURL(/status=on_hold.*sort=-net|sort=-net.*status=on_hold/);
    await other.getByRole("button", { name: "Held, dearest first", exact: true }).click();
    await other.getByRole("button", { name: "Forget Held, dearest first" }).click();
    await other.getByText("None yet: set filters").waitFor();
    await other.context().close();

    const stranger = await ask<{ items: unknown[] }>("dora", "/v1/views");
    expect(stranger.items).toEqual([]);
  });

  it("get an invoice as PDF and as UBL", async () => {
    const { items } = await ask<{ items: { id: string; number: string }[] }>("rita", "/v1/invoices?limit=1");
    const [invoice] = items;
    if (!invoice) throw new Error("the demo left no invoice");
    const page = await as(browser, "rita");
    await page.goto(`${consoleUrl()}/finance/invoices?open=${invoice.id}`);
    for (const [button, ending, beginning] of [
      ["PDF", "pdf", "%PDF-"],
      ["UBL", "xml", "<?xml"],
    ] as const) {
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: button, exact: true }).click();
      const file = await download;
      expect(file.suggestedFilename()).toBe(`${invoice.number}.${ending}`);
      const content = await readFile(await file.path(), "utf8");
      expect(content.startsWith(beginning)).toBe(true);
    }
    await page.context().close();
  });

  it("fill in the form of a task, and the process goes on with what was said", async () => {
    const form = {
      id: "inspection",
      type: "default",
      components: [{ type: "textfield", key: "finding", label: "Finding", validate: { required: true } }],
    };
    const xml = `<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t"><bpmn:process id="inspect" isExecutable="true">
      <bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="look"/>
      <bpmn:userTask id="look" name="Look at the goods"><bpmn:extensionElements><zeebe:userTask/>
      <zeebe:formDefinition formId="inspection"/><zeebe:assignmentDefinition candidateGroups="warehouse"/></bpmn:extensionElements></bpmn:userTask>
      <bpmn:sequenceFlow id="g" sourceRef="look" targetRef="wait"/><bpmn:userTask id="wait"/></bpmn:process></bpmn:definitions>`;
    const resources = [
      { name: "inspection.form", xml: JSON.stringify(form) },
      { name: "inspect.bpmn", xml },
    ];
    await ask("dora", "/v1/processes", { resources });
    const { id } = await ask<{ id: string }>("dora", "/v1/processes/inspect/instances", { variables: {} });
    const task = async () => {
      const { items } = await ask<{ items: (Exception & { task: string | null })[] }>(
        "dora",
        "/v1/exceptions?status=open&limit=500",
      );
      return items.find((each) => each.task?.startsWith(`${id}/`));
    };
    const entry = await until(task, "the task");
    const page = await as(browser, "wendy");
    await page.goto(`${consoleUrl()}/exceptions?case=${entry.id}`);
    const panel = page.getByRole("complementary", { name: `Case ${entry.id}` });
    await panel.locator(".fjs-powered-by").waitFor();
    await panel.getByRole("button", { name: "Complete" }).click();
    await panel.getByText("Something is missing or wrong").waitFor();
    await panel.getByLabel("Finding").fill("two boxes are wet");
    await panel.getByRole("button", { name: "Complete" }).click();
    const instance = async () => {
      const found = await ask<{ variables: Record<string, unknown> }>("dora", `/v1/instances/${id}`);
      return found.variables["finding"] === "two boxes are wet";
    };
    await until(instance, "the finding");
    await page.context().close();
    await ask("dora", `/v1/instances/${id}/operations`, {
      operation: { type: "cancel" },
      reason: "it was a trial",
      dry_run: false,
    });
  });

  it("start an instance by hand: the form of its start event is checked, and it begins with what was said", async () => {
    const form = {
      type: "default",
      components: [{ type: "textfield", key: "parcel", label: "Parcel", validate: { required: true } }],
    };
    const xml = `<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t"><bpmn:process id="look-for-parcel" isExecutable="true">
      <bpmn:extensionElements><zeebe:userTaskForm id="ask">${JSON.stringify(form)}</zeebe:userTaskForm></bpmn:extensionElements>
      <bpmn:startEvent id="s"><bpmn:extensionElements><zeebe:formDefinition formKey="camunda-forms:bpmn:ask"/></bpmn:extensionElements></bpmn:startEvent>
      <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="look"/><bpmn:userTask id="look"/></bpmn:process></bpmn:definitions>`;
    await ask("dora", "/v1/processes", { resources: [{ name: "look-for-parcel.bpmn", xml }] });
    const page = await as(browser, "dora");
    await page.goto(`${consoleUrl()}/rules/look-for-parcel`);
    await page.getByRole("button", { name: "Start an instance …" }).click();
    const dialog = page.getByRole("dialog", { name: "Start: Look for parcel" });
    await dialog.getByRole("button", { name: "Start", exact: true }).click();
    await dialog.getByText("Something is missing or wrong").waitFor();
    await dialog.getByRole("textbox", { name: "Parcel" }).fill("00340434161094000000");
    await dialog.getByRole("button", { name: "Start", exact: true }).click();
    const begun = page.getByText(/PI-\d+ has begun/);
    const id = /PI-\d+/.exec((await begun.textContent()) ?? "")?.[0];
    const { variables } = await ask<{ variables: Record<string, unknown> }>("dora", `/v1/instances/${id}`);
    expect(variables["parcel"]).toBe("00340434161094000000");
    await page.context().close();
    await ask("dora", `/v1/instances/${id}/operations`, {
      operation: { type: "cancel" },
      reason: "it was a trial",
      dry_run: false,
    });
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
