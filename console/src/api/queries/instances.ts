import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, type Query } from "../client";
import { after, next, PAGE } from "./paging";

export const instances = (filter: Query<"/v1/instances">) =>
  infiniteQueryOptions({
    queryKey: ["instances", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/instances", { query: { ...filter, limit: PAGE, ...after(pageParam) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
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
