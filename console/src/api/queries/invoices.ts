import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, type Query } from "../client";
import { after, next, PAGE } from "./paging";

export const invoices = (filter: Query<"/v1/invoices">) =>
  infiniteQueryOptions({
    queryKey: ["invoices", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/invoices", { query: { ...filter, limit: PAGE, ...after(pageParam) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

/** The invoices that the ERP has not confirmed. The product looks through all invoices for them, so they are asked for less often than others. */
export const unbookedInvoices = infiniteQueryOptions({
  queryKey: ["unbooked"],
  queryFn: ({ signal, pageParam }) =>
    get("/v1/invoices", {
      query: { booked: false, limit: PAGE, ...after(pageParam) },
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
