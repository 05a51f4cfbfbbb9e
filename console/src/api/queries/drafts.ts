import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, newKey, post, type Query } from "../client";
import { after, next, PAGE } from "./paging";

export const drafts = (filter: Query<"/v1/drafts">) =>
  infiniteQueryOptions({
    queryKey: ["drafts", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/drafts", { query: { ...filter, limit: PAGE, ...after(pageParam) }, signal }),
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
