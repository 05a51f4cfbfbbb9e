import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, newKey, type PostBody, post, type Query } from "../client";
import { after, next, PAGE } from "./paging";

/** Who gets the stock of an item at a warehouse, in the order of service; and what another rule would change. Nothing is changed by it. */
export const confirmation = (run: Omit<PostBody<"/v1/backorders/runs">, "commit">) =>
  queryOptions({
    queryKey: ["stock", "confirmation", run],
    queryFn: () => post("/v1/backorders/runs", { body: { ...run, commit: false }, idempotencyKey: newKey() }),
    staleTime: 0,
  });

export const stock = (filter: Query<"/v1/stock">) =>
  infiniteQueryOptions({
    queryKey: ["stock", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/stock", { query: { ...filter, limit: PAGE, ...after(pageParam) }, signal }),
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
