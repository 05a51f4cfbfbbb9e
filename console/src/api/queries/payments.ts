import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, type Query } from "../client";
import { after, next, PAGE } from "./paging";

export const payments = (filter: Query<"/v1/payments">) =>
  infiniteQueryOptions({
    queryKey: ["payments", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/payments", { query: { ...filter, limit: PAGE, ...after(pageParam) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

export const payment = (id: string) =>
  queryOptions({
    queryKey: ["payments", "one", id],
    queryFn: ({ signal }) => get("/v1/payments/{payment}", { path: { payment: id }, signal }),
  });

/** What disagreed when the records were held against each other the last time. */
export const reconciliation = queryOptions({
  queryKey: ["reconciliations"],
  queryFn: ({ signal }) => get("/v1/reconciliations", { signal }),
  // what agrees again is an event, and so is a break: this is for a run that found nothing new
  refetchInterval: 30_000,
});
