import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, type Query } from "../client";
import { after, next, PAGE } from "./paging";

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

export const deadLetters = (filter: Query<"/v1/dead-letters">) =>
  infiniteQueryOptions({
    queryKey: ["dead-letters", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/dead-letters", {
        query: { ...filter, limit: PAGE, ...after(pageParam) },
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
      get("/v1/jobs", { query: { ...filter, limit: PAGE, ...after(pageParam) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
    // a lease that runs out is no event
    refetchInterval: 10_000,
  });
