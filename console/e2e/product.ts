import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, request as httpRequest, type Server } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";

/** The people of the journeys, and what they may do. */
const PEOPLE = {
  ada: ["admin"],
  sally: ["sales"],
  wendy: ["warehouse"],
  rita: ["receivables"],
  carl: ["credit_manager"],
  dora: ["director", "sales", "warehouse", "receivables", "operations"],
} as const;

export type Person = keyof typeof PEOPLE;

/** Where everything is while the tests run. */
export interface Site {
  readonly url: string;
  readonly keys: Readonly<Record<Person, string>>;
}

declare module "vitest" {
  interface ProvidedContext {
    site: Site;
    /** Where it can be told to let the lab systems go and come. */
    control: string;
    /** The way to the carrier: `POST /--fail` and `POST /--work` say what becomes of bookings. */
    carrier: string;
    /** The ways to the warehouses, which fail and work as the carrier does. */
    warehouses: readonly string[];
  }
}

const BINARY = resolve(process.env["CROSSDOCK_BIN"] ?? "../target/debug/crossdock");
const ORDERS = "120";

/**
 * The real product with real orders: the demo runs to its end with all exceptions left open, then product and lab systems are
 * started again, with a key for each of several people.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(BINARY))
    throw new Error(`${BINARY} is not there: cargo build -p crossdock, or name another in CROSSDOCK_BIN`);
  const data = mkdtempSync(join(tmpdir(), "crossdock-console-"));
  const demo = spawnSync(
    BINARY,
    ["demo", "--orders", ORDERS, "--no-clerks", "--faults", "none", "--exit", "--data", data],
    { encoding: "utf8" },
  );
  if (demo.status !== 0) throw new Error(`crossdock demo ended with ${demo.status}:\n${demo.stderr}`);
  const { key } = JSON.parse(readFileSync(join(data, "demo.json"), "utf8")) as { key: string };
  const url = `http://127.0.0.1:${await freePort()}`;
  const lab = await startLab(data, url, `${key}_systems`);
  const [carrier, east, west] = await Promise.all(
    ["carrier", "wms-east", "wms-west"].map((name) => moody(lab.systems[name] ?? "")),
  );
  if (!carrier || !east || !west) throw new Error("the lab has no carrier, or not both warehouses");
  const ways = { carrier: carrier.url, "wms-east": east.url, "wms-west": west.url };
  const keys = configure(join(data, "crossdock.toml"), url, { ...lab.systems, ...ways });
  const product = spawn(BINARY, ["serve", "--config", join(data, "crossdock.toml")], { stdio: "ignore" });
  await ready(url);
  project.provide("site", { url, keys });
  project.provide("control", String(lab.process.pid));
  project.provide("carrier", carrier.url);
  project.provide("warehouses", [east.url, west.url]);
  return async () => {
    // the lab may have been paused by a journey that did not end
    lab.process.kill("SIGCONT");
    await Promise.all([end(product), end(lab.process)]);
    for (const { server } of [carrier, east, west]) server.close();
    rmSync(data, { recursive: true, force: true });
  };
}

/** Stands before a system and lets everything through, except while it was told to fail: then it asks to be tried again. */
async function moody(behind: string): Promise<{ server: Server; url: string }> {
  let fails = false;
  const server = createHttpServer((request, response) => {
    if (request.url === "/--fail" || request.url === "/--work") {
      fails = request.url === "/--fail";
      response.end();
      return;
    }
    if (fails && request.method === "POST") {
      response.writeHead(429, { "content-type": "application/json" }).end('{"error":"the depot is closed"}');
      return;
    }
    const { method, headers } = request;
    const onward = httpRequest(behind + request.url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the system gives no port");
  return { server, url: `http://127.0.0.1:${address.port}` };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("the system gives no port");
  return address.port;
}

async function startLab(
  data: string,
  product: string,
  key: string,
): Promise<{ process: ChildProcess; systems: Record<string, string> }> {
  const child = spawn(
    BINARY,
    [
      "lab",
      "--port",
      "0",
      "--json",
      "--faults",
      "none",
      "--product",
      product,
      "--key",
      key,
      "--data",
      join(data, "lab"),
    ],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  for await (const line of createInterface({ input: child.stdout }))
    return { process: child, systems: JSON.parse(line) as Record<string, string> };
  throw new Error("crossdock lab ended before it said where its systems are");
}

/** Gives each person a key, and the product the addresses of now. */
function configure(path: string, url: string, systems: Record<string, string>): Site["keys"] {
  let text = readFileSync(path, "utf8").replace(/listen = "[^"]*"/, `listen = "${new URL(url).host}"`);
  for (const [name, address] of Object.entries(systems)) {
    text = text.replace(new RegExp(`(name = "${name}"\\nbase_url = ")[^"]*`), `$1${address}`);
  }
  // so that a dead letter does not take long to become one
  text = text.replace(/(name = "carrier"[^[]*retry = \{ )/, "$1max_attempts = 3, ");
  const keys = Object.fromEntries(
    Object.keys(PEOPLE).map((person) => [person, `cd_test_${person}_${Math.random().toString(36).slice(2)}`]),
  ) as Record<Person, string>;
  const entries = Object.entries(PEOPLE).map(([name, roles]) => {
    const sha256 = createHash("sha256")
      .update(keys[name as Person])
      .digest("hex");
    return `[[server.keys]]\nname = "${name}"\nsha256 = "${sha256}"\nroles = ${JSON.stringify(roles)}\n\n`;
  });
  writeFileSync(path, text.replace("[[systems]]", `${entries.join("")}[[systems]]`));
  return keys;
}

async function ready(url: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error("the product is not ready after 30 s");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
