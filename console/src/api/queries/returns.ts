import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, type Query } from "../client";
import { after, next, PAGE } from "./paging";

export const returnRequests = (filter: Query<"/v1/returns">) =>
  infiniteQueryOptions({
    queryKey: ["returns", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get("/v1/returns", { query: { ...filter, limit: PAGE, ...after(pageParam) }, signal }),
    initialPageParam: "",
    getNextPageParam: next,
  });

export const returnRequest = (id: string) =>
  queryOptions({
    queryKey: ["returns", "one", id],
    queryFn: ({ signal }) => get("/v1/returns/{return}", { path: { return: id }, signal }),
  });
