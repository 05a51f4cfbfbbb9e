import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { as, ask, consoleUrl, launch, until } from "./browser";
import { ambiguousPayment, type Order } from "./given";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

interface Stock {
  readonly item: string;
  readonly node: string;
  readonly available: number;
}

/** An item of which there is something at both warehouses, as few as possible. */
async function atBoth(): Promise<{ item: string; there: number }> {
  const { items } = await ask<{ items: Stock[] }>("dora", "/v1/stock?limit=500");
  const some = items.filter(({ available }) => available > 5);
  const found = some
    .filter(({ item, node }) => some.some((other) => other.item === item && other.node !== node))
    .map(({ item }) => ({
      item,
      there: some.filter((each) => each.item === item).reduce((n, s) => n + s.available, 0),
    }))
    .toSorted((a, b) => a.there - b.there)[0];
  if (!found) throw new Error("the demo left no item at both warehouses");
  return found;
}

async function customers(): Promise<readonly [string, string]> {
  const { items } = await ask<{ items: Order[] }>("dora", "/v1/orders?status=closed&limit=50");
  const [first, second] = [...new Set(items.map(({ account }) => account))];
  if (!first || !second) throw new Error("the demo closed orders of one customer only");
  return [first, second];
}

async function order(account: string, item: string, quantity: number, more: object = {}): Promise<string> {
  const purchase_order = `PO-${crypto.randomUUID()}`;
  const body = { account, purchase_order, lines: [{ item, quantity }], ...more };
  return (await ask<{ id: string }>("sally", "/v1/orders", body)).id;
}

const backordered = async (id: string): Promise<number | undefined> =>
  (await ask<{ lines: { backordered: number }[] }>("dora", `/v1/orders/${id}`)).lines[0]?.backordered;

const waitsFor = (id: string, units: number): Promise<unknown> =>
  until(async () => (await backordered(id)) === units, `${units} units of ${id} that wait for supply`);

describe("trade", () => {
  it("take a whole list away as CSV: also what was not scrolled to", async () => {
    const { total } = await ask<{ total: { count: number } }>("dora", "/v1/invoices?limit=1");
    expect(total.count).toBeGreaterThan(200);
    const page = await as(browser, "rita");
    await page.goto(`${consoleUrl()}/finance/invoices`);
    await page.getByText(/^200 of [\d,]+ invoices shown/).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV" }).click(),
    ]);
    const rows = (await readFile(await download.path(), "utf8")).trim().split("\n");
    // some may have been billed meanwhile
    expect(rows.length - 1).toBeGreaterThanOrEqual(total.count);
    await page.context().close();
  });

  it("take a bank statement over by hand: once, however often it comes", async () => {
    const page = await as(browser, "rita");
    await page.goto(`${consoleUrl()}/finance/payments`);
    await page.getByRole("button", { name: "Import a bank statement …" }).click();
    const dialog = page.getByRole("dialog", { name: "Import a bank statement" });
    const reference = crypto.randomUUID();
    const buffer = Buffer.from(
      "statement,bank_account,currency,bank_reference,value_date,amount,payer_name,remittance\n" +
        `${reference},GB94BARC10201530093459,GBP,${reference},2026-11-24,0.03,Nobody we know,thank you\n`,
    );
    async function take(name: string): Promise<void> {
      await dialog.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer });
      await dialog.getByRole("button", { name: "Import", exact: true }).click();
    }
    await take("first.csv");
    await dialog.getByText("1 record of 1 taken over.").waitFor();
    await take("again.csv");
    await dialog.getByText("0 records of 1 taken over, 1 had been before.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Nobody we know").waitFor();
    await page.context().close();
    const seller = await as(browser, "sally");
    await seller.goto(`${consoleUrl()}/finance/payments`);
    await seller.locator("[aria-disabled=true]", { hasText: "Import a bank statement …" }).hover();
    await seller.getByText("This is for receivables. You are sales.").waitFor();
    await seller.context().close();
  });

  it("match a payment by dragging an invoice to the money, and take it back with a reason", async () => {
    const { subject } = await ambiguousPayment();
    const payment = subject.split(" ")[1] ?? "";
    type Payment = { status: string; account: string; allocations: { invoice: string }[] };
    const now = () => ask<Payment>("dora", `/v1/payments/${payment}`);
    const page = await as(browser, "rita");
    await page.goto(`${consoleUrl()}/finance/payments?open=${payment}`);
    const drawer = page.getByRole("dialog", { name: `Payment ${payment}` });
    const money = drawer.getByRole("region", { name: "What the money pays" });
    /** The lab may pay an invoice while it is dragged; its match is refused then, and another one is dragged. */
    async function match(tries: number): Promise<string> {
      const row = drawer.getByRole("row", { name: /IN-\d+/ }).first();
      const invoice = /IN-\d+/.exec((await row.textContent()) ?? "")?.[0] ?? "";
      await row.dragTo(money);
      await money.getByLabel(`Amount for ${invoice}`).waitFor();
      await drawer.getByRole("button", { name: `Match ${invoice}`, exact: true }).click();
      const refusal = drawer.getByRole("alert");
      const told = await until(
        async () =>
          (await now()).allocations.some((each) => each.invoice === invoice)
            ? "matched"
            : (await refusal.count()) > 0 && (await refusal.first().textContent()),
        "an answer to the match",
      );
      if (told === "matched") return invoice;
      if (tries === 0) throw new Error(`${invoice} was refused: ${told}`);
      await page.reload();
      return match(tries - 1);
    }
    const invoice = await match(4);
    await drawer
      .getByRole("button", { name: /Take back/ })
      .first()
      .click();
    await drawer.getByLabel(/^Why the match with IN-\d+ is taken back/).fill("it was for another invoice");
    await drawer.getByRole("button", { name: "Take it back", exact: true }).click();
    await until(async () => !(await now()).allocations.some((each) => each.invoice === invoice), "the way back");
    await page.context().close();
  });

  it("promise scarce stock anew: what it means for each line is shown first, and nobody else can do it", async () => {
    const [winner, loser] = await customers();
    const { item, there } = await atBoth();
    // both wait to be sent as a whole, so that their units stay reserved
    const later = { consolidate_until: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10) };
    const had = await order(loser, item, there + 1, later);
    await waitsFor(had, 1);
    const wants = await order(winner, item, 2, later);
    await waitsFor(wants, 2);

    const wrong = await as(browser, "wendy");
    await wrong.goto(`${consoleUrl()}/availability?item=${item}&show=backorders`);
    const refused = wrong.getByRole("button", { name: "Promise anew …" }).first();
    await refused.hover();
    await wrong.getByRole("tooltip").getByText("This is for sales. You are warehouse.").waitFor();
    await wrong.context().close();

    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/availability?item=${item}&show=backorders`);
    await page
      .getByRole("row", { name: new RegExp(`${wants} `) })
      .getByRole("button", { name: "Promise anew …" })
      .click();
    const dialog = page.getByRole("dialog", { name: `Promise ${item} anew` });
    await dialog.getByRole("combobox", { name: "Who gets it" }).click();
    await page.getByRole("option", { name: "Certain accounts first" }).click();
    await dialog.getByLabel("Accounts that win").fill(winner);
    const rows = dialog.getByRole("table", { name: "What would change" });
    await rows.getByRole("row", { name: new RegExp(`${wants} .*\\+2`) }).waitFor();
    await rows.getByRole("row", { name: new RegExp(`${had} .*-2`) }).waitFor();
    expect([await backordered(wants), await backordered(had)]).toEqual([2, 1]);
    await dialog.getByRole("button", { name: /^Change \d+ lines?$/ }).click();
    await dialog.waitFor({ state: "detached" });
    await waitsFor(wants, 0);
    await waitsFor(had, 3);
    await page.context().close();
  });

  it("source elsewhere what a warehouse does not answer for: the other one ships it, and the reason is on the record", async () => {
    const warehouses = inject("warehouses");
    const tell = (what: "fail" | "work") =>
      Promise.all(warehouses.map((way) => fetch(`${way}/--${what}`, { method: "POST" })));
    type WarehouseOrder = { id: string; node: string; progress: string };
    await tell("fail");
    try {
      const [account] = await customers();
      const { item } = await atBoth();
      const id = await order(account, item, 1);
      const of = async () => (await ask<{ items: WarehouseOrder[] }>("dora", `/v1/warehouse-orders?order=${id}`)).items;
      const first = await until(async () => (await of())[0], "the warehouse order");
      const page = await as(browser, "wendy");
      await page.goto(`${consoleUrl()}/fulfilment?stand=unacknowledged&open=${first.id}`);
      const drawer = page.getByRole("dialog", { name: new RegExp(first.id) });
      await drawer.getByRole("button", { name: "Source elsewhere …" }).click();
      const dialog = page.getByRole("dialog", { name: `Source ${first.id} elsewhere` });
      await dialog.getByLabel("Reason").fill("nobody picks up the phone");
      await tell("work");
      await dialog.getByRole("button", { name: "Source elsewhere", exact: true }).click();
      await dialog.waitFor({ state: "detached" });
      const second = await until(
        async () => (await of()).find(({ node }) => node !== first.node),
        "the other warehouse",
      );
      expect(second.id).not.toBe(first.id);
      await page.goto(`${consoleUrl()}/orders/${id}`);
      await page.getByText(new RegExp(`^Shipment SH-\\d+ left ${second.node}`)).waitFor({ timeout: 45_000 });
      await page.goto(`${consoleUrl()}/administration/audit?subject=${first.id}`);
      const said = page.getByRole("row", { name: /wendy/ }).filter({ hasText: "nobody picks up the phone" });
      await said.first().waitFor();
      await page.context().close();
    } finally {
      await tell("work");
    }
  });

  it("record what a warehouse without a system says: what it shipped leaves, and is billed", async () => {
    const warehouses = inject("warehouses");
    const tell = (what: "fail" | "work") =>
      Promise.all(warehouses.map((way) => fetch(`${way}/--${what}`, { method: "POST" })));
    await tell("fail");
    try {
      const [account] = await customers();
      const { item } = await atBoth();
      const id = await order(account, item, 1);
      const found = async () =>
        (await ask<{ items: { id: string }[] }>("dora", `/v1/warehouse-orders?order=${id}`)).items;
      const released = await until(async () => (await found())[0], "the warehouse order");
      const page = await as(browser, "wendy");
      await page.goto(`${consoleUrl()}/fulfilment?open=${released.id}`);
      const drawer = page.getByRole("dialog", { name: new RegExp(released.id) });
      await drawer.getByRole("button", { name: "It has shipped …" }).click();
      const dialog = page.getByRole("dialog", { name: new RegExp(`shipped of ${released.id}`) });
      await dialog.getByLabel("Number of the shipment there").fill(`PAPER-${released.id}`);
      await dialog.getByLabel("Tracking").fill("1Z999");
      await dialog.getByRole("button", { name: "Record it" }).click();
      await dialog.waitFor({ state: "detached" });
      const now = async () =>
        (await ask<{ lines: { shipped: number; invoiced: number }[] }>("dora", `/v1/orders/${id}`)).lines[0];
      await until(async () => (await now())?.shipped === 1 && (await now())?.invoiced === 1, "the invoice");
      await drawer.getByText("Completed").waitFor();
      await page.context().close();
      const seller = await as(browser, "sally");
      await seller.goto(`${consoleUrl()}/fulfilment?tab=returns`);
      await seller
        .getByRole("row", { name: /RT-\d+/ })
        .first()
        .waitFor();
      await seller.context().close();
    } finally {
      await tell("work");
    }
  });
});
