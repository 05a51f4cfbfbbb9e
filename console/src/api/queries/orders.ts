import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, getText, getVersioned, type Query } from "../client";
import type { Order } from "../types";
import { after, next, PAGE } from "./paging";

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
      get("/v1/orders", { query: { ...filter, limit: PAGE, ...after(pageParam) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

/** Orders with units that wait for supply may have any of these statuses. */
const WAITS_FOR_SUPPLY = ["backordered", "approved", "in_fulfilment", "partially_fulfilled", "on_hold"] as const;

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
