import { ask, until } from "./browser";
import { startWork } from "./given";
import type { allPages } from "./pages";

type Page<T> = { items: T[] };

/** A job for a worker that nobody leases; asking twice makes no second one. */
async function job(): Promise<string> {
  const jobs = () => ask<Page<{ id: string }>>("dora", "/v1/jobs?type=label-parcel");
  if ((await jobs()).items.length === 0) await startWork("label-parcel");
  const found = async () => (await jobs()).items[0]?.id;
  return until(found, "the job");
}

/** Looks up what the pages are shown with. */
export async function lookUp(): Promise<Parameters<typeof allPages>[0]> {
  const exceptions = await ask<Page<{ id: string; order: string | null; kind: string; task: string | null }>>(
    "dora",
    "/v1/exceptions?status=open&limit=500",
  );
  const closed = await ask<Page<{ id: string; account: string; lines: { item: string }[] }>>(
    "dora",
    "/v1/orders?status=closed&limit=5",
  );
  // one that waits to be matched shows most
  const unmatched = await ask<Page<{ id: string }>>("dora", "/v1/payments?status=unmatched&limit=1");
  const payments = await ask<Page<{ id: string }>>("dora", "/v1/payments?limit=1");
  const { items: invoices } = await ask<Page<{ id: string; kind: string }>>("dora", "/v1/invoices?limit=50");
  const invoice = invoices.find(({ kind }) => kind === "invoice");
  const held = exceptions.items.find(({ kind, order, task }) => kind === "PRICE" && order !== null && task !== null);
  const [shipped] = closed.items;
  const [payment] = [...unmatched.items, ...payments.items];
  if (!held?.order || !held.task || !shipped || !payment || !invoice)
    throw new Error("the demo left no held and no closed order; see its report");
  // for the pages of administration; asking twice changes nothing
  await ask("ada", "/v1/users", {
    id: "nora",
    name: "Nora Lind",
    roles: ["credit_clerk", "receivables"],
    limit: { amount: "2500.00", currency: "GBP" },
  });
  await ask("ada", "/v1/clients", { id: "webshop", name: "Web shop", roles: ["sales"] });
  const { keys } = await ask<{ keys: unknown[] }>("ada", "/v1/clients/webshop");
  if (keys.length === 0) await ask("ada", "/v1/clients/webshop/keys", {});
  await ask("ada", "/v1/webhooks", { id: "shop", url: "https://shop.invalid/hooks/crossdock", types: ["invoice."] });
  const { position } = await ask<{ position: number }>("ada", "/v1/progress");
  const { events } = await ask<{ events: { id: string }[] }>("ada", `/v1/events?after=${Math.max(0, position - 20)}`);
  const event = events.at(-1);
  if (!event) throw new Error("the journal ends with nothing that happened");
  const { items } = await ask<Page<{ id: string; resource: string }>>("dora", "/v1/processes?limit=500");
  const rule = items.find(({ resource }) => resource === "service-levels.dmn")?.id ?? "";
  const process = items.find(({ resource }) => resource === "resolve-hold.bpmn")?.id ?? "";
  return {
    rule,
    draftOfRule: await draft(rule, "Shorter answers"),
    draftOfProcess: await draft(process, "Ask sales first"),
    draftOfForm: await draft(undefined, "A form to ask", FORM),
    event: event.id,
    held: held.order,
    exception: held.id,
    instance: held.task.split("/")[0] ?? "",
    shipped: shipped.id,
    account: shipped.account,
    item: shipped.lines[0]?.item ?? "",
    payment: payment.id,
    invoice: invoice.id,
    job: await job(),
  };
}

/** A form of one field. */
const FORM = {
  resource: "ask-sales.form",
  content: JSON.stringify({
    id: "ask-sales",
    type: "default",
    schemaVersion: 18,
    components: [{ type: "textfield", id: "answer", key: "answer", label: "What does sales say?" }],
  }),
};

/** A draft of that name, begun unless there is one. */
async function draft(definition: string | undefined, title: string, file = {}): Promise<string> {
  const known = await ask<Page<{ id: string; title: string }>>("dora", "/v1/drafts?status=editing&limit=500");
  const found = known.items.find((each) => each.title === title);
  return found?.id ?? (await ask<{ id: string }>("dora", "/v1/drafts", { title, definition, ...file })).id;
}
