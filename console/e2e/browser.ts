import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { inject } from "vitest";
import type { Person } from "./product";

/** Where the pages come from: the product itself, unless they are worked on with the Vite server. */
export function consoleUrl(): string {
  return process.env["CROSSDOCK_CONSOLE"] ?? inject("site").url;
}

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  // letters of one colour make pictures half as large
  "--disable-lcd-text",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function launch(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(`${CHROMIUM} is not there: apt-get install chromium, or name another in CHROMIUM`);
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

interface Look {
  readonly scheme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  readonly tour?: boolean;
}

/** A browser of its own for somebody, who is signed in as people sign in. */
export async function as(browser: Browser, person: Person, look: Look = {}): Promise<Page> {
  const context = await fresh(browser, look);
  const page = await context.newPage();
  await page.goto(consoleUrl());
  await giveKey(page, inject("site").keys[person]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: `Signed in as ${person}` }).waitFor();
  return page;
}

/** Fills in an API key on the page where one signs in. */
export async function giveKey(page: Page, key: string): Promise<void> {
  await page.getByRole("button", { name: "Use an API key" }).click();
  await page.getByLabel("API key").fill(key);
}

export async function fresh(
  browser: Browser,
  { scheme = "light", width = 1440, height = 900, tour = false }: Look = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: "reduce",
    timezoneId: "Europe/London",
  });
  context.setDefaultTimeout(30_000);
  if (!tour) await context.addInitScript(() => localStorage.setItem("crossdock.tour-seen", "yes"));
  return context;
}

/** Lets no stream of events through, as some proxies do. */
export async function withoutStreams(page: Page): Promise<void> {
  await page.route(/\/v1\/events/, (route) =>
    route.request().headers()["accept"] === "text/event-stream"
      ? route.fulfill({ status: 406, body: "no streams here" })
      : route.continue(),
  );
}

/** Asks the API directly, for what a journey needs to have or to look up. */
export async function ask<T>(person: Person, path: string, body?: unknown): Promise<T> {
  const { url, keys } = inject("site");
  const headers: Record<string, string> = { authorization: `Bearer ${keys[person]}` };
  if (body !== undefined) {
    headers["content-type"] = "application/json";
    headers["idempotency-key"] = crypto.randomUUID();
  }
  const answer = await fetch(url + path, {
    headers,
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Waits until something holds; for a condition, never for a time. */
export async function until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`${what} did not come to be within 20 s`);
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds that keeps people out: serious and critical issues. */
export async function barriers(page: Page): Promise<string[]> {
  const source = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  // the policy of the page allows no script of others; a debugger may add one all the same
  await page.evaluate(await (await import("node:fs/promises")).readFile(source, "utf8"));
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (root: Document, options: object) => Promise<{ violations: Violation[] }> };
    };
    return (await axe.run(document, { resultTypes: ["violations"] })).violations;
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ""}`).join("\n    ")}`,
    );
}
