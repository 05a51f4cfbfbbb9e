import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "../client";
import { after, next, PAGE } from "./paging";

export const account = (id: string) =>
  queryOptions({
    queryKey: ["accounts", "one", id],
    queryFn: ({ signal }) => get("/v1/accounts/{account}", { path: { account: id }, signal }),
  });

export const accounts = infiniteQueryOptions({
  queryKey: ["accounts", "list"],
  queryFn: ({ signal, pageParam }) => get("/v1/accounts", { query: { limit: PAGE, ...after(pageParam) }, signal }),
  initialPageParam: "",
  getNextPageParam: next,
});
