import { queryOptions } from "@tanstack/react-query";
import { get } from "../client";

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
