import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { as, ask, consoleUrl, fresh, launch, until } from "./browser";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** The code that an authenticator shows for a secret at a moment (RFC 6238, 30 seconds, six digits). */
function codeOf(secret: string, at: number): string {
  const bits = [...secret.replaceAll(" ", "")].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  );
  const bytes = bits.join("").match(/.{8}/g) ?? [];
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const key = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

describe("people at work", () => {
  it("sign in with a second factor: it is set up once, asked for from then on, and a wrong code is told", async () => {
    const password = "a staple for the battery";
    await ask("ada", "/v1/users", { id: "otto", name: "Otto Lang", roles: ["sales"] });
    await ask("ada", "/v1/users/otto/password", { password });
    const context = await fresh(browser);
    const page = await context.newPage();
    async function passwordIn(): Promise<void> {
      await page.goto(consoleUrl());
      await page.getByLabel("Name").fill("otto");
      await page.getByLabel(/^Password/).fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
    }
    await passwordIn();
    await page.getByRole("button", { name: "Signed in as Otto Lang" }).click();
    await page.getByRole("menuitem", { name: /Second factor/ }).click();
    const dialog = page.getByRole("dialog", { name: "Second factor" });
    await dialog.getByLabel(/^Password/).fill(password);
    await dialog.getByRole("button", { name: "Set it up" }).click();
    await dialog.getByText("Scan this with an authenticator").waitFor();
    const secret = (await dialog.locator("code").first().textContent()) ?? "";
    await dialog.getByLabel("Code that the authenticator shows").fill(codeOf(secret, Date.now()));
    await dialog.getByRole("button", { name: "Ask for it from now on" }).click();
    await dialog.getByText("Keep these recovery codes").waitFor();
    const recovery = (await dialog.locator("code").first().textContent()) ?? "";
    await dialog.getByRole("button", { name: "I have kept them" }).click();
    await page.getByRole("button", { name: "Signed in as Otto Lang" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await passwordIn();
    const code = page.getByLabel("Code of the authenticator");
    const wrong = String((Number(codeOf(secret, Date.now())) + 1) % 1_000_000).padStart(6, "0");
    await code.fill(wrong);
    await page.getByRole("button", { name: "Sign in" }).click();
    await until(async () => (await code.getAttribute("aria-invalid")) === "true", "the wrong code");
    await code.fill(recovery);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Signed in as Otto Lang" }).waitFor();
    await context.close();
  });

  it("change one’s own password: the old one opens nothing any more", async () => {
    const [old, other] = ["a staple for the battery", "a battery for the staple"];
    await ask("ada", "/v1/users", { id: "ottilie", name: "Ottilie Lang", roles: ["sales"] });
    await ask("ada", "/v1/users/ottilie/password", { password: old });
    const context = await fresh(browser);
    const page = await context.newPage();
    async function signIn(password: string): Promise<void> {
      await page.getByLabel("Name").fill("ottilie");
      await page.getByLabel(/^Password/).fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
    }
    await page.goto(consoleUrl());
    await signIn(old);
    await page.getByRole("button", { name: "Signed in as Ottilie Lang" }).click();
    await page.getByRole("menuitem", { name: /Change the password/ }).click();
    const dialog = page.getByRole("dialog", { name: "Change your password" });
    await dialog.getByLabel(/^Present password/).fill(old);
    await dialog.getByLabel(/^New password( \*)?$/).fill(other);
    await dialog.getByLabel(/^New password once more/).fill("something else");
    await dialog.getByText("This is not the same.").waitFor();
    await dialog.getByLabel(/^New password once more/).fill(other);
    await dialog.getByRole("button", { name: "Change it" }).click();
    await page.getByText("Your password is changed. Sign in with the new one.").waitFor();
    await signIn(old);
    await page.getByRole("alert").waitFor();
    await signIn(other);
    await page.getByRole("button", { name: "Signed in as Ottilie Lang" }).waitFor();
    await context.close();
  });

  it("look at the calls of a system: what was sent and what came back, its secrets masked", async () => {
    const page = await as(browser, "dora");
    const { systems } = await ask<{ systems: { name: string; delivered: number }[] }>("dora", "/v1/systems");
    const called = await until(async () => {
      for (const { name } of systems) {
        const { total } = await ask<{ total: number }>("dora", `/v1/systems/${name}/calls`);
        if (total > 0) return name;
      }
      return undefined;
    }, "a call");
    await page.goto(`${consoleUrl()}/systems?open=${called}`);
    await page.getByRole("tab", { name: "Calls" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText(/since the start/).waitFor();
    await drawer.getByRole("row").nth(1).getByRole("button").click();
    await drawer
      .getByText(/^(GET|POST|PUT) http/)
      .first()
      .waitFor();
    await drawer
      .getByText(/^Answer \d+|Nothing came back/)
      .first()
      .waitFor();
    await page.context().close();
  });

  it("prove that nobody altered the record, and keep the hash that proves it later", async () => {
    const page = await as(browser, "ada");
    await page.goto(`${consoleUrl()}/administration/audit`);
    await page.getByRole("button", { name: "Check the chain" }).click();
    const dialog = page.getByRole("dialog", { name: "Has anybody altered the record?" });
    await dialog.getByText("The record is whole").waitFor();
    const told = (await dialog.locator("code").textContent()) ?? "";
    expect(told).toMatch(/^[0-9a-f]{64}$/);
    const chain = await ask<{ intact: boolean }>("ada", "/v1/audit/chain");
    expect(chain.intact).toBe(true);
    await page.context().close();
  });

  it("send events elsewhere: what happens is delivered, told with its outcome, and delivered once more by hand", async () => {
    const taken: { event: string; delivery: string }[] = [];
    const receiver = createServer((request, response) => {
      const { headers } = request;
      request.resume().on("end", () => {
        taken.push({ event: String(headers["webhook-id"]), delivery: String(headers["crossdock-delivery"]) });
        response.writeHead(204).end();
      });
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    const { port } = receiver.address() as AddressInfo;
    const page = await as(browser, "dora");
    await page.goto(`${consoleUrl()}/administration/webhooks`);
    await page.getByRole("button", { name: /Add a webhook/ }).click();
    const dialog = page.getByRole("dialog", { name: "Add a webhook" });
    await dialog.getByLabel("Name").fill("journey");
    await dialog.getByLabel("Address").fill(`http://127.0.0.1:${port}/hook`);
    await dialog.getByLabel("Which events").fill("user.");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    const once_ = page.getByRole("dialog", { name: "The secret of journey" });
    expect(await once_.getByLabel("Secret of the webhook").textContent()).toMatch(/^whsec_/);
    await once_.getByRole("button", { name: "I have kept it" }).click();
    await ask("ada", "/v1/users", { id: "pia", name: "Pia Ost", roles: ["sales"] });
    const first = await until(async () => taken[0], "the delivery");
    const details = page.getByRole("dialog", { name: "Webhook journey" });
    await details.getByText("taken (204)").waitFor();
    await details.getByRole("button", { name: "Send again" }).first().click();
    const again = await until(async () => taken.find(({ delivery }) => delivery !== first.delivery), "the redelivery");
    expect(again.event).toBe(first.event);
    await details.getByRole("button", { name: /^Remove/ }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await details.waitFor({ state: "detached" });
    await page.context().close();
    receiver.close();
  });

  it("record stock that was found, which is there to be promised at once", async () => {
    const { items } = await ask<{ items: { item: string; node: string; on_hand: number }[] }>(
      "dora",
      "/v1/stock?limit=1",
    );
    const [stock] = items;
    if (!stock) throw new Error("the demo left no stock");
    const page = await as(browser, "wendy");
    await page.goto(`${consoleUrl()}/availability?item=${stock.item}`);
    await page.getByRole("button", { name: /Change stock/ }).click();
    const dialog = page.getByRole("dialog", { name: "Change stock" });
    await dialog.getByRole("combobox", { name: "Warehouse" }).click();
    await page.getByRole("option", { name: new RegExp(stock.node, "i") }).click();
    await dialog.getByLabel(/^More, or less with a minus/).fill("7");
    await dialog.getByLabel("Number of the document").fill(`FOUND-${crypto.randomUUID().slice(0, 8)}`);
    await dialog.getByLabel("Reason").fill("behind the rack");
    await dialog.getByRole("button", { name: "Record it" }).click();
    await dialog.waitFor({ state: "detached" });
    await until(async () => {
      const now = await ask<{ items: { node: string; on_hand: number }[] }>("dora", `/v1/stock?item=${stock.item}`);
      return (now.items.find(({ node }) => node === stock.node)?.on_hand ?? 0) >= stock.on_hand + 7;
    }, "the stock");
    await page.context().close();
  });

  it("take what is suggested for a case: the action and its reason stand in the form, and the person decides", async () => {
    type Case = { id: string; kind: string; status: string; resolution?: { action: string; reason: string } };
    const open = await ask<{ items: Case[] }>("dora", "/v1/exceptions?status=open&limit=500");
    const found = open.items.filter(({ kind }) => kind === "PRICE").at(-2);
    if (!found) throw new Error("the demo left too few price exceptions");
    const page = await as(browser, "sally");
    await page.goto(`${consoleUrl()}/exceptions?case=${found.id}`);
    const panel = page.getByRole("complementary", { name: `Case ${found.id}` });
    await panel
      .getByRole("button", { name: /^Take it/ })
      .first()
      .click();
    const reason = await panel.getByLabel("Reason").inputValue();
    expect(reason).toMatch(/price/i);
    expect((await ask<Case>("dora", `/v1/exceptions/${found.id}`)).status).toBe("open");
    await panel.locator('button[type="submit"]').click();
    const decided = await until(async () => {
      const now = await ask<Case>("dora", `/v1/exceptions/${found.id}`);
      return now.status === "resolved" && now;
    }, "the decision");
    expect(decided.resolution?.reason).toBe(reason);
    await page.context().close();
  });

  it("begin something new in the browser: it can be drawn at once, and nothing is wrong in it", async () => {
    const page = await as(browser, "dora");
    await page.goto(`${consoleUrl()}/rules`);
    await page.getByRole("button", { name: /Begin a draft/ }).click();
    const dialog = page.getByRole("dialog", { name: "Begin a draft" });
    await dialog.getByText("Something new").click();
    await dialog.getByLabel("Its id").fill("check-rebate");
    await dialog.getByLabel("What it is to be").fill("Check the rebate");
    await dialog.getByRole("button", { name: "Begin", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Check the rebate" }).waitFor();
    await page.locator('[data-element-id="begun"]').first().waitFor();
    await page.getByText("Nothing is wrong in it").waitFor();
    await page.context().close();
  });

  it("scroll ten thousand orders: all are there, and only those that are seen are drawn", async () => {
    const { items } = await ask<{ items: { id: string }[] }>("dora", "/v1/orders?limit=200");
    const page = await as(browser, "dora");
    // as many as nobody wants to wait for: pages of real orders, told again under other numbers
    await page.route(/\/v1\/orders\?/, async (route) => {
      const after = Number(new URL(route.request().url()).searchParams.get("after") ?? 0);
      const some = Array.from({ length: 200 }, (_, at) => ({
        ...items[at % items.length],
        id: `SO-${900_000 + after + at}`,
      }));
      const next = after + 200 < 10_000 ? String(after + 200) : null;
      await route.fulfill({ json: { items: some, next } });
    });
    await page.goto(`${consoleUrl()}/orders`);
    const grid = page.getByRole("grid", { name: "Orders" });
    await grid.waitFor();
    for (const wanted of [2_501, 5_001, 7_501, 10_001]) {
      await until(
        async () => {
          await grid.evaluate((place) => place.scrollTo(0, place.scrollHeight));
          return Number(await grid.getAttribute("aria-rowcount")) >= wanted;
        },
        `${wanted - 1} orders`,
      );
    }
    await grid.getByText("SO-909999").waitFor();
    expect(await grid.getByRole("row").count()).toBeLessThan(100);
    await grid.evaluate((place) => place.scrollTo(0, place.scrollHeight / 2));
    await grid
      .getByText(/SO-90[45]\d\d\d/)
      .first()
      .waitFor();
    expect(await grid.getByRole("row").count()).toBeLessThan(100);
    await page.context().close();
  }, 120_000);
});
