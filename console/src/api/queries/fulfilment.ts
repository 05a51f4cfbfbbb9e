import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, type Query } from "../client";
import { after, next, PAGE } from "./paging";

export const shipments = (filter: Query<"/v1/shipments">) =>
  infiniteQueryOptions({
    queryKey: ["shipments", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/shipments", { query: { ...filter, limit: PAGE, ...after(pageParam) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

export const warehouseOrders = (filter: Query<"/v1/warehouse-orders">) =>
  infiniteQueryOptions({
    queryKey: ["warehouse-orders", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/warehouse-orders", {
        query: { ...filter, limit: PAGE, ...after(pageParam) },
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
