import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { as, ask, consoleUrl, launch, until } from "./browser";
import { newOrder, type Order, open, startWork } from "./given";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  // a journey that did not end may have left it paused
  process.kill(Number(inject("control")), "SIGCONT");
  await browser.close();
});

interface Invoice {
  readonly id: string;
  readonly kind: string;
  readonly rebills: string | null;
  readonly lines: readonly { readonly price: string }[];
}

async function invoicesOf(order: string): Promise<Invoice[]> {
  return (await ask<{ items: Invoice[] }>("dora", `/v1/invoices?order=${order}`)).items;
}

describe("corrections", () => {
  it("credit a unit of an invoice as the right person, and read as the wrong one whose that is", async () => {
    const order = await newOrder();
    const invoice = await until(async () => (await invoicesOf(order))[0], "the invoice");
    const seller = await as(browser, "sally");
    await seller.goto(`${consoleUrl()}/finance/invoices?open=${invoice.id}`);
    await seller.getByRole("button", { name: "Credit or dispute" }).click();
    const forbidden = seller.getByRole("menuitem", { name: /Credit it, or part of it/ });
    expect(await forbidden.getAttribute("aria-disabled")).toBe("true");
    expect(await forbidden.textContent()).toContain("This is for receivables. You are sales.");
    await seller.context().close();
    const page = await as(browser, "rita");
    await page.goto(`${consoleUrl()}/finance/invoices?open=${invoice.id}`);
    await page.getByRole("button", { name: "Credit or dispute" }).click();
    await page.getByRole("menuitem", { name: /Credit it, or part of it/ }).click();
    const dialog = page.getByRole("dialog", { name: /^Credit / });
    const units = dialog.getByRole("textbox", { name: "Credit units, line 1" });
    await units.fill("2");
    await dialog.getByText("Line 1 bills 1 units only.").waitFor();
    await units.fill("1");
    await dialog.getByLabel("Reason").fill("it never came");
    await dialog.getByRole("button", { name: "Credit", exact: true }).click();
    await page.getByText(/^IN-\d+ credits /).waitFor();
    expect((await invoicesOf(order)).map(({ kind }) => kind).toSorted()).toEqual(["credit_note", "invoice"]);
    await page.context().close();
  });

  it("note a dispute, decide on it in parts from its case, and take the letter to the customer", async () => {
    const lab = Number(inject("control"));
    const order = await newOrder();
    const invoice = await until(async () => (await invoicesOf(order))[0], "the invoice");
    // nobody pays meanwhile: of what is paid nothing is in dispute any more
    process.kill(lab, "SIGSTOP");
    const page = await as(browser, "rita");
    await page.goto(`${consoleUrl()}/finance/invoices?open=${invoice.id}`);
    await page.getByRole("button", { name: "Credit or dispute" }).click();
    await page.getByRole("menuitem", { name: /The customer disputes it/ }).click();
    const dispute = page.getByRole("dialog", { name: /is disputed$/ });
    await dispute.getByLabel(/^Amount/).fill("0.02");
    await dispute.getByRole("combobox", { name: /^What about/ }).click();
    await page.getByRole("option", { name: /^DMG/ }).click();
    await dispute.getByLabel("Reason").fill("a scratch");
    await dispute.getByRole("button", { name: "Note the dispute" }).click();
    await page.getByText("In dispute").waitFor();
    await page.context().close();
    const { items } = await ask<{ items: { id: string; subject: string }[] }>(
      "dora",
      "/v1/exceptions?status=open&kind=DEDUCTION&limit=500",
    );
    const asked = items.find(({ subject }) => subject === `invoice ${invoice.id}`);
    if (!asked) throw new Error(`nobody is asked about ${invoice.id}`);
    const director = await as(browser, "dora");
    await director.goto(`${consoleUrl()}/exceptions?case=${asked.id}`);
    await director.getByRole("button", { name: "Decide in parts …" }).click();
    const decision = director.getByRole("dialog", { name: /^Decide on what is disputed/ });
    await decision.getByLabel(/^Write off/).fill("0.01");
    await decision.getByLabel("Reason").fill("half of it was there before");
    await decision.getByRole("button", { name: "Decide", exact: true }).click();
    await director.getByText(/£0\.00 credited, £0\.01 written off, £0\.01 still due/).waitFor();
    await director.goto(`${consoleUrl()}/finance/invoices?open=${invoice.id}`);
    const [letter] = await Promise.all([
      director.waitForEvent("download"),
      director.getByRole("button", { name: "Letter of decision 1" }).click(),
    ]);
    expect((await readFile(await letter.path(), "utf8")).startsWith("%PDF-")).toBe(true);
    process.kill(lab, "SIGCONT");
    await director.context().close();
  });

  it("open a closed order again, and bill it anew at the right price", async () => {
    const { items } = await ask<{ items: Order[] }>("dora", "/v1/orders?status=closed&limit=50");
    const order = items.at(-1)?.id ?? "";
    const page = await as(browser, "dora");
    await page.goto(`${consoleUrl()}/orders/${order}`);
    await page.getByRole("button", { name: "Open it again …" }).click();
    const again = page.getByRole("dialog", { name: `Open it again: ${order}` });
    await again.getByLabel("Reason").fill("billed at last year’s price");
    await again.getByRole("button", { name: "Open it again" }).click();
    await page.getByRole("button", { name: "Change or cancel" }).click();
    await page.getByRole("menuitem", { name: /^Close it again/ }).waitFor();
    await page.getByRole("menuitem", { name: /bill it anew/ }).click();
    const anew = page.getByRole("dialog", { name: `Bill ${order} anew` });
    const price = anew.getByRole("textbox", { name: /^Price, line/ }).first();
    const right = (Number(await price.inputValue()) + 1).toFixed(2);
    await price.fill(right);
    await anew.getByLabel("Reason").fill("the price of this year");
    await anew.getByRole("button", { name: "Credit and bill anew" }).click();
    await page.getByText("Credited and billed anew").waitFor();
    const replacements = (await invoicesOf(order)).filter(({ rebills }) => rebills !== null);
    expect(replacements.length).toBeGreaterThan(0);
    expect(replacements.flatMap(({ lines }) => lines.map((line) => Number(line.price)))).toContain(Number(right));
    await page.context().close();
  });

  it("put a line right that names an unknown item: the case ends by itself, and the order goes on", async () => {
    const { items: closed } = await ask<{ items: (Order & { lines: { item: string }[] })[] }>(
      "dora",
      "/v1/orders?status=closed&limit=1",
    );
    const [like] = closed;
    const body = {
      account: like?.account,
      purchase_order: `PO-${crypto.randomUUID()}`,
      lines: [{ item: "NO-SUCH-THING", quantity: 1 }],
    };
    const { id } = await ask<{ id: string }>("dora", "/v1/orders", body);
    const asked = await until(async () => (await open("ITEM-XREF")).find(({ order }) => order === id), "the case");
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/exceptions?case=${asked.id}`);
    await page.getByRole("button", { name: "Put a line right …" }).click();
    const dialog = page.getByRole("dialog", { name: `Put a line of ${id} right` });
    await dialog.getByRole("textbox", { name: /^Item that it stands for/ }).fill(like?.lines[0]?.item ?? "");
    await dialog.getByRole("button", { name: "Put it right" }).click();
    await page
      .getByRole("complementary", { name: `Case ${asked.id}` })
      .getByText("Cleared")
      .waitFor();
    const order = await ask<{ lines: { item: string }[] }>("dora", `/v1/orders/${id}`);
    expect(order.lines[0]?.item).toBe(like?.lines[0]?.item);
    await page.context().close();
  });

  it("look at the jobs of workers: what waits, who has it until when, and what failed, as it happens", async () => {
    const instance = await startWork("weigh-parcel");
    const page = await as(browser, "dora");
    await page.goto(`${consoleUrl()}/systems?tab=jobs&type=weigh-parcel`);
    const row = page.getByRole("row").filter({ hasText: instance });
    await row.getByText("Waits for a worker").waitFor();
    const lease = { type: "weigh-parcel", worker: "scale-7", limit: 1, lease_ms: 600_000 };
    const { jobs } = await ask<{ jobs: { id: string; lease: number }[] }>("dora", "/v1/jobs/activate", lease);
    const [job] = jobs;
    if (!job) throw new Error("there was no job to lease");
    await row.getByText("scale-7").waitFor();
    await row.getByText("A worker has it").waitFor();
    await row.getByText(job.id).click();
    const details = page.getByRole("dialog", { name: `Job ${job.id}` });
    await details.getByText("scale-7 as dora").waitFor();
    await page.keyboard.press("Escape");
    await ask("dora", `/v1/jobs/${job.id}/failure`, { lease: job.lease, retries: 0, message: "the scale is broken" });
    // it is a case by now
    await row.waitFor({ state: "detached" });
    await page.getByRole("link", { name: /failed for good/ }).click();
    await page
      .getByText(/the scale is broken/)
      .first()
      .waitFor();
    await page.context().close();
  });
});
