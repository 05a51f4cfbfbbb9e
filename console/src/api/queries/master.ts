import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "../client";
import { after, next, PAGE } from "./paging";

export const items = infiniteQueryOptions({
  queryKey: ["master", "items"],
  queryFn: ({ signal, pageParam }) => get("/v1/items", { query: { limit: PAGE, ...after(pageParam) }, signal }),
  initialPageParam: "",
  getNextPageParam: next,
});

export const item = (id: string) =>
  queryOptions({
    queryKey: ["master", "item", id],
    queryFn: ({ signal }) => get("/v1/items/{item}", { path: { item: id }, signal }),
  });

export const priceBooks = infiniteQueryOptions({
  queryKey: ["master", "price-books"],
  queryFn: ({ signal, pageParam }) => get("/v1/price-books", { query: { limit: PAGE, ...after(pageParam) }, signal }),
  initialPageParam: "",
  getNextPageParam: next,
});

export const priceBook = (code: string) =>
  queryOptions({
    queryKey: ["master", "price-book", code],
    queryFn: ({ signal }) => get("/v1/price-books/{book}", { path: { book: code }, signal }),
  });

export const rates = infiniteQueryOptions({
  queryKey: ["master", "rates"],
  queryFn: ({ signal, pageParam }) => get("/v1/rates", { query: { limit: PAGE, ...after(pageParam) }, signal }),
  initialPageParam: "",
  getNextPageParam: next,
});
