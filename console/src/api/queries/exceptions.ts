import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, type Query } from "../client";
import type { Exception } from "../types";
import { after, next, PAGE, toTheEnd } from "./paging";

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
      get("/v1/exceptions", { query: { ...filter, limit: PAGE, ...after(pageParam) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

/** What the person who asks may do about an exception, as the product would decide. */
export const actionsOn = (id: string) =>
  queryOptions({
    queryKey: ["exceptions", "one", id, "actions"],
    queryFn: ({ signal }) => get("/v1/exceptions/{exception}/actions", { path: { exception: id }, signal }),
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

export const task = (instance: string, key: string) =>
  queryOptions({
    queryKey: ["tasks", instance, key],
    queryFn: ({ signal }) => get("/v1/tasks/{instance}/{task}", { path: { instance, task: key }, signal }),
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
