import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, getText, getVersioned, newKey, type PostBody, post, type Query } from "./client";
import { searchBack, type TrailFilter } from "./trail";
import type { Exception, Order } from "./types";

/**
 * Every reading of the API once, with its key. The first part of a key is what it is about (see `changes.ts`), so that events
 * find what they have changed.
 */
const PAGE = 200;

type NextPage = { next?: string | null };
const next = (page: NextPage): string | undefined => page.next ?? undefined;

export const me = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => get("/v1/session", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const secondFactor = queryOptions({
  queryKey: ["second-factor"],
  queryFn: ({ signal }) => get("/v1/session/second-factor", { signal }),
  staleTime: 0,
  gcTime: 0,
});

export const company = queryOptions({
  queryKey: ["company"],
  queryFn: ({ signal }) => get("/v1/company", { signal }),
  staleTime: 300_000,
});

export const progress = queryOptions({
  queryKey: ["progress"],
  queryFn: ({ signal }) => get("/v1/progress", { signal }),
});

/** What has happened today, and how many promises are at risk. */
export const today = queryOptions({
  queryKey: ["day"],
  queryFn: ({ signal }) => get("/v1/day", { signal }),
  // every order moves it: it is looked at now and then, and soon again while the product still counts
  refetchInterval: ({ state }) => (state.data?.is_complete === false ? 1_000 : 5_000),
});

export const systems = queryOptions({
  queryKey: ["systems", "all"],
  queryFn: ({ signal }) => get("/v1/systems", { signal }),
  // a circuit that closes is no event: look again by oneself
  refetchInterval: 5_000,
});

export const systemCalls = (system: string) =>
  queryOptions({
    queryKey: ["systems", "calls", system],
    queryFn: ({ signal }) => get("/v1/systems/{system}/calls", { path: { system }, signal }),
    // a call is no event: look again by oneself
    refetchInterval: 5_000,
  });

export const order = (id: string) =>
  queryOptions({
    queryKey: ["orders", "one", id],
    queryFn: ({ signal }) => get("/v1/orders/{order}", { path: { order: id }, signal }),
  });

/** An order as a change begins from it: it stays as it is while one types, whatever happens to it. */
export const orderToChange = (id: string) =>
  queryOptions({
    queryKey: ["order-to-change", id],
    queryFn: ({ signal }) => getVersioned("/v1/orders/{order}", { path: { order: id }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

export const orderWaiting = (id: string) =>
  queryOptions({
    queryKey: ["orders", "one", id, "waiting"],
    queryFn: ({ signal }) => get("/v1/orders/{order}/waiting", { path: { order: id }, signal }),
    // what an effect waits for, such as a circuit, changes without an event
    refetchInterval: 10_000,
  });

export const orderTimeline = (id: string) =>
  queryOptions({
    queryKey: ["orders", "one", id, "timeline"],
    queryFn: ({ signal }) => get("/v1/orders/{order}/timeline", { path: { order: id }, signal }),
  });

export const orderOriginal = (id: string) =>
  queryOptions({
    queryKey: ["originals", id],
    queryFn: ({ signal }) => getText("/v1/orders/{order}/original", { order: id }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const orders = (filter: Query<"/v1/orders">) =>
  infiniteQueryOptions({
    queryKey: ["orders", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/orders", { query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

/** Orders with units that wait for supply may have any of these statuses. */
const WAITS_FOR_SUPPLY = ["backordered", "approved", "in_fulfilment", "partially_fulfilled", "on_hold"] as const;

/** A list that is read to its end, page by page. */
async function toTheEnd<T>(
  read: (place: { limit: number; after?: string }) => Promise<{ items: T[]; next?: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await read({ limit: 500, ...(after ? { after } : {}) });
    items.push(...page.items);
    after = page.next ?? undefined;
  } while (after);
  return items;
}

/** Where reading goes on in several lists that are read one after the other. */
interface Place {
  readonly list: number;
  readonly after: string;
}

/** Orders of several statuses, page by page as if they were one list. */
function ordersOf(name: string, statuses: readonly string[], filter: Query<"/v1/orders">) {
  return infiniteQueryOptions({
    queryKey: ["orders", name],
    queryFn: async ({ signal, pageParam: { list, after } }): Promise<{ items: Order[]; place: Place }> => {
      const query = { ...filter, status: statuses[list] ?? "", limit: PAGE, ...(after ? { after } : {}) };
      const page = await get("/v1/orders", { query, signal });
      return { items: page.items, place: page.next ? { list, after: page.next } : { list: list + 1, after: "" } };
    },
    initialPageParam: { list: 0, after: "" } as Place,
    getNextPageParam: ({ place }) => (place.list < statuses.length ? place : undefined),
  });
}

/** Orders of which units wait for supply. */
export const backorderedOrders = ordersOf("backordered", WAITS_FOR_SUPPLY, { backordered: true });

/** Orders of which something has shipped and is not closed. */
export const shippedOrders = ordersOf("shipped", ["fulfilled", "partially_fulfilled", "on_hold"], {});

/** Who gets the stock of an item at a warehouse, in the order of service; and what another rule would change. Nothing is changed by it. */
export const confirmation = (run: Omit<PostBody<"/v1/backorders/runs">, "commit">) =>
  queryOptions({
    queryKey: ["stock", "confirmation", run],
    queryFn: () => post("/v1/backorders/runs", { body: { ...run, commit: false }, idempotencyKey: newKey() }),
    staleTime: 0,
  });

/** The newest exceptions of some kind, as a page of them. */
export const exceptions = (filter: Query<"/v1/exceptions">) =>
  queryOptions({
    queryKey: ["exceptions", "page", filter],
    queryFn: ({ signal }) => get("/v1/exceptions", { query: { limit: 500, ...filter }, signal }),
  });

/** Exceptions that are read as far as somebody scrolls. */
export const exceptionsList = (filter: Query<"/v1/exceptions">) =>
  infiniteQueryOptions({
    queryKey: ["exceptions", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/exceptions", { query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

/** What the person who asks may do about an exception, as the product would decide. */
export const actionsOn = (id: string) =>
  queryOptions({
    queryKey: ["exceptions", "one", id, "actions"],
    queryFn: ({ signal }) => get("/v1/exceptions/{exception}/actions", { path: { exception: id }, signal }),
  });

/** Which holds of an order the person who asks may release, as the product would decide. */
export const holdsOf = (id: string) =>
  queryOptions({
    queryKey: ["orders", "one", id, "holds"],
    queryFn: ({ signal }) => get("/v1/orders/{order}/holds", { path: { order: id }, signal }),
  });

/** The process instances that an order has had. */
export const instancesOf = (id: string) =>
  queryOptions({
    queryKey: ["orders", "one", id, "instances"],
    queryFn: ({ signal }) => get("/v1/orders/{order}/instances", { path: { order: id }, signal }),
  });

/** What people still have to do: what is open and what somebody has claimed. */
export const openExceptions = (filter: { order?: string } = {}) =>
  queryOptions({
    queryKey: ["exceptions", "to-do", filter],
    // the newest come first, and the oldest are the most urgent: all are read
    queryFn: async ({ signal }) => {
      const ask = (status: string) =>
        toTheEnd<Exception>((place) => get("/v1/exceptions", { query: { ...filter, status, ...place }, signal }));
      return { items: (await Promise.all([ask("open"), ask("claimed")])).flat() };
    },
  });

export const exception = (id: string) =>
  queryOptions({
    queryKey: ["exceptions", "one", id],
    queryFn: ({ signal }) => get("/v1/exceptions/{exception}", { path: { exception: id }, signal }),
  });

export const invoices = (filter: Query<"/v1/invoices">) =>
  infiniteQueryOptions({
    queryKey: ["invoices", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/invoices", { query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

/** The invoices that the ERP has not confirmed. The product looks through all invoices for them, so they are asked for less often than others. */
export const unbookedInvoices = infiniteQueryOptions({
  queryKey: ["unbooked"],
  queryFn: ({ signal, pageParam }) =>
    get("/v1/invoices", {
      query: { booked: false, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) },
      signal,
    }),
  initialPageParam: "",
  getNextPageParam: next,
  refetchInterval: 15_000,
});

export const invoice = (id: string) =>
  queryOptions({
    queryKey: ["invoices", "one", id],
    queryFn: ({ signal }) => get("/v1/invoices/{invoice}", { path: { invoice: id }, signal }),
  });

export const returnRequests = (filter: Query<"/v1/returns">) =>
  infiniteQueryOptions({
    queryKey: ["returns", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/returns", { query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

export const returnRequest = (id: string) =>
  queryOptions({
    queryKey: ["returns", "one", id],
    queryFn: ({ signal }) => get("/v1/returns/{return}", { path: { return: id }, signal }),
  });

export const payments = (filter: Query<"/v1/payments">) =>
  infiniteQueryOptions({
    queryKey: ["payments", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/payments", { query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

export const payment = (id: string) =>
  queryOptions({
    queryKey: ["payments", "one", id],
    queryFn: ({ signal }) => get("/v1/payments/{payment}", { path: { payment: id }, signal }),
  });

export const account = (id: string) =>
  queryOptions({
    queryKey: ["accounts", "one", id],
    queryFn: ({ signal }) => get("/v1/accounts/{account}", { path: { account: id }, signal }),
  });

export const accounts = infiniteQueryOptions({
  queryKey: ["accounts", "list"],
  queryFn: ({ signal, pageParam }) =>
    get("/v1/accounts", { query: { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
  initialPageParam: "",
  getNextPageParam: next,
});

/** What disagreed when the records were held against each other the last time. */
export const reconciliation = queryOptions({
  queryKey: ["reconciliations"],
  queryFn: ({ signal }) => get("/v1/reconciliations", { signal }),
  // what agrees again is an event, and so is a break: this is for a run that found nothing new
  refetchInterval: 30_000,
});

export const shipments = (filter: Query<"/v1/shipments">) =>
  infiniteQueryOptions({
    queryKey: ["shipments", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/shipments", { query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

export const warehouseOrders = (filter: Query<"/v1/warehouse-orders">) =>
  infiniteQueryOptions({
    queryKey: ["warehouse-orders", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/warehouse-orders", {
        query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: next,
  });

/** How the warehouse orders of each warehouse stand. */
export const fulfilment = queryOptions({
  queryKey: ["warehouse-orders", "figures"],
  queryFn: ({ signal }) => get("/v1/fulfilment", { signal }),
});

export const shipment = (id: string) =>
  queryOptions({
    queryKey: ["shipments", "one", id],
    queryFn: ({ signal }) => get("/v1/shipments/{shipment}", { path: { shipment: id }, signal }),
  });

export const warehouseOrder = (id: string) =>
  queryOptions({
    queryKey: ["warehouse-orders", "one", id],
    queryFn: ({ signal }) => get("/v1/warehouse-orders/{warehouse_order}", { path: { warehouse_order: id }, signal }),
  });

export const stock = (filter: Query<"/v1/stock">) =>
  infiniteQueryOptions({
    queryKey: ["stock", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/stock", { query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

/** The stock of one item at all warehouses. */
export const availabilityOf = (item: string) =>
  queryOptions({
    queryKey: ["stock", "of", item],
    queryFn: async ({ signal }) => (await get("/v1/stock", { query: { item, limit: 500 }, signal })).items,
  });

export const availability = (query: Query<"/v1/availability">) =>
  queryOptions({
    queryKey: ["stock", "availability", query],
    queryFn: ({ signal }) => get("/v1/availability", { query, signal }),
  });

/** What is kept of an item for which groups of channels. */
export const quotas = (item: string) =>
  queryOptions({
    queryKey: ["stock", "quotas", item],
    queryFn: ({ signal }) => get("/v1/stock/quotas", { query: { item }, signal }),
  });

export const deadLetters = (filter: Query<"/v1/dead-letters">) =>
  infiniteQueryOptions({
    queryKey: ["dead-letters", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/dead-letters", {
        query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: next,
  });

/** Jobs of workers that are open. */
export const jobs = (filter: Query<"/v1/jobs">) =>
  infiniteQueryOptions({
    queryKey: ["jobs", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/jobs", { query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
    // a lease that runs out is no event
    refetchInterval: 10_000,
  });

export const processes = queryOptions({
  queryKey: ["processes", "all"],
  queryFn: ({ signal }) => get("/v1/processes", { query: { limit: 500 }, signal }),
});

export const processVersion = (process: string, version: number) =>
  queryOptions({
    queryKey: ["definitions", process, version],
    queryFn: ({ signal }) => get("/v1/processes/{process}/versions/{version}", { path: { process, version }, signal }),
    // a version never changes
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the instances of a version went through that began lately: it moves with every order, and is read now and then. */
export const passages = (process: string, version: number) =>
  queryOptions({
    queryKey: ["passages", process, version],
    queryFn: ({ signal }) =>
      get("/v1/processes/{process}/versions/{version}/passages", { path: { process, version }, signal }),
    staleTime: 10_000,
    refetchInterval: 30_000,
  });

export const task = (instance: string, key: string) =>
  queryOptions({
    queryKey: ["tasks", instance, key],
    queryFn: ({ signal }) => get("/v1/tasks/{instance}/{task}", { path: { instance, task: key }, signal }),
  });

/** A deployed form, in a version or else in the latest one. */
export const formOf = (id: string, version: number | undefined) =>
  queryOptions({
    queryKey: ["definitions", "form", id, version ?? "latest"],
    queryFn: async ({ signal }) => {
      const process = `form:${id}`;
      const latest = async () =>
        (await get("/v1/processes/{process}/versions", { path: { process }, signal }))[0]?.version ?? 1;
      const meant = version ?? (await latest());
      return get("/v1/processes/{process}/versions/{version}", { path: { process, version: meant }, signal });
    },
  });

export const versions = (process: string) =>
  queryOptions({
    queryKey: ["processes", "versions", process],
    queryFn: ({ signal }) => get("/v1/processes/{process}/versions", { path: { process }, signal }),
  });

export const drafts = (filter: Query<"/v1/drafts">) =>
  infiniteQueryOptions({
    queryKey: ["drafts", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/drafts", { query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

export const draft = (id: string) =>
  queryOptions({
    queryKey: ["drafts", "one", id],
    queryFn: ({ signal }) => get("/v1/drafts/{draft}", { path: { draft: id }, signal }),
  });

/** What is wrong in a file. It is asked like a reading: nothing is changed by it. */
export const lint = (name: string, content: string) =>
  queryOptions({
    queryKey: ["lint", name, content],
    queryFn: () => post("/v1/lint", { body: { name, content }, idempotencyKey: newKey() }),
    staleTime: 60_000,
    gcTime: 60_000,
  });

/** What somebody looks at again and again. */
export const savedViews = queryOptions({
  queryKey: ["views"],
  queryFn: ({ signal }) => get("/v1/views", { signal }),
  staleTime: 60_000,
});

export const instances = (filter: Query<"/v1/instances">) =>
  infiniteQueryOptions({
    queryKey: ["instances", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/instances", { query: { ...filter, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

/** Where the tokens of all running instances of a version stand. They move with every order, and are counted now and then. */
export const tokens = (process: string, version: number) =>
  queryOptions({
    queryKey: ["tokens", process, version],
    queryFn: ({ signal }) =>
      get("/v1/processes/{process}/versions/{version}/tokens", { path: { process, version }, signal }),
    refetchInterval: 5_000,
  });

/** The instances that ended lately. */
export const endedInstances = (filter: Query<"/v1/ended-instances">) =>
  queryOptions({
    queryKey: ["ended", filter],
    queryFn: ({ signal }) => get("/v1/ended-instances", { query: filter, signal }),
    refetchInterval: 15_000,
  });

/** What an instance went through, also after it has ended. */
export const history = (id: string) =>
  queryOptions({
    queryKey: ["instances", "one", id, "history"],
    queryFn: ({ signal }) => get("/v1/instances/{instance}/history", { path: { instance: id }, signal }),
    // what has ended stays as it is
    staleTime: ({ state }) => (state.data?.end ? Number.POSITIVE_INFINITY : 10_000),
    retry: false,
  });

export const instance = (id: string) =>
  queryOptions({
    queryKey: ["instances", "one", id],
    queryFn: ({ signal }) => get("/v1/instances/{instance}", { path: { instance: id }, signal }),
    refetchInterval: 10_000,
  });

/** Whom work can be given to. */
export const people = queryOptions({
  queryKey: ["users", "people"],
  queryFn: ({ signal }) => get("/v1/people", { signal }),
});

export const users = queryOptions({
  queryKey: ["users", "all"],
  queryFn: ({ signal }) => get("/v1/users", { signal }),
});

export const clients = queryOptions({
  queryKey: ["clients", "all"],
  queryFn: ({ signal }) => get("/v1/clients", { signal }),
});

export const trail = (filter: TrailFilter) =>
  infiniteQueryOptions({
    queryKey: ["events", "trail", filter],
    queryFn: ({ signal, pageParam }) => searchBack(filter, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: ({ rest }) => (rest > 0 ? rest : undefined),
    // what has happened stays as it is; newer events are told by the position of the journal
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What orders went through in the newest entries of the journal. The page asks for it again as the journal goes on. */
export const processMap = (entries: number) =>
  queryOptions({
    queryKey: ["process-map", entries],
    queryFn: ({ signal }) => get("/v1/process-map", { query: { entries }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Every exception that there is and was. */
export const allExceptions = queryOptions({
  queryKey: ["exceptions", "all"],
  queryFn: async ({ signal }) => {
    const of = (status: string) =>
      toTheEnd<Exception>((place) => get("/v1/exceptions", { query: { status, ...place }, signal }));
    return (await Promise.all(["open", "claimed", "resolved", "cleared"].map(of))).flat();
  },
  staleTime: 30_000,
});

/** Every operation of the API, and to those who look after it who has used it. */
export const catalogue = queryOptions({
  queryKey: ["catalogue"],
  queryFn: ({ signal }) => get("/catalogue", { signal }),
  refetchInterval: 10_000,
});

export const webhooks = queryOptions({
  queryKey: ["webhooks", "all"],
  queryFn: ({ signal }) => get("/v1/webhooks", { signal }),
  // how far each is, is no event: look again by oneself
  refetchInterval: 5_000,
});

export const deliveries = (webhook: string) =>
  queryOptions({
    queryKey: ["webhooks", "deliveries", webhook],
    queryFn: ({ signal }) => get("/v1/webhooks/{webhook}/deliveries", { path: { webhook }, signal }),
    refetchInterval: 5_000,
  });

export const items = infiniteQueryOptions({
  queryKey: ["master", "items"],
  queryFn: ({ signal, pageParam }) =>
    get("/v1/items", { query: { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
  initialPageParam: "",
  getNextPageParam: next,
});

export const item = (id: string) =>
  queryOptions({
    queryKey: ["master", "item", id],
    queryFn: ({ signal }) => get("/v1/items/{item}", { path: { item: id }, signal }),
  });

export const priceBooks = infiniteQueryOptions({
  queryKey: ["master", "price-books"],
  queryFn: ({ signal, pageParam }) =>
    get("/v1/price-books", { query: { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
  initialPageParam: "",
  getNextPageParam: next,
});

export const priceBook = (code: string) =>
  queryOptions({
    queryKey: ["master", "price-book", code],
    queryFn: ({ signal }) => get("/v1/price-books/{book}", { path: { book: code }, signal }),
  });

export const rates = infiniteQueryOptions({
  queryKey: ["master", "rates"],
  queryFn: ({ signal, pageParam }) =>
    get("/v1/rates", { query: { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal }),
  initialPageParam: "",
  getNextPageParam: next,
});

/** What the product was started with: it is the same until it is started again. */
export const settings = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => get("/v1/settings", { signal }),
});

/** Everything that one command has led to. */
export const entry = (position: number) =>
  queryOptions({
    queryKey: ["events", "entry", position],
    queryFn: ({ signal }) => get("/v1/events", { query: { after: position - 1, limit: 1 }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const batches = queryOptions({
  queryKey: ["instances", "batches"],
  queryFn: ({ signal }) => get("/v1/batches", { query: { limit: 20 }, signal }),
  // how far a batch is, is no event: look again as long as one runs
  refetchInterval: ({ state }) => (state.data?.items.some(({ status }) => status === "running") ? 1_000 : false),
});

export const batch = (id: string) =>
  queryOptions({
    queryKey: ["instances", "batches", id],
    queryFn: ({ signal }) => get("/v1/batches/{batch}", { path: { batch: id }, signal }),
  });

/** The description of the API, as it is served, and what it says about the product. */
export const description = queryOptions({
  queryKey: ["description"],
  queryFn: async ({ signal }) => {
    const { text } = await getText("/openapi.json", {}, signal);
    const { info } = JSON.parse(text) as { info: { title: string; version: string; license?: { name: string } } };
    return { text, title: info.title, version: info.version, licence: info.license?.name ?? "" };
  },
  staleTime: Number.POSITIVE_INFINITY,
});
