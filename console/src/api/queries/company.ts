import { queryOptions } from "@tanstack/react-query";
import { get } from "../client";

export const company = queryOptions({
  queryKey: ["company"],
  queryFn: ({ signal }) => get("/v1/company", { signal }),
  staleTime: 300_000,
});

export const progress = queryOptions({
  queryKey: ["progress"],
  queryFn: ({ signal }) => get("/v1/progress", { signal }),
});

/** What has happened today, and how many promises are at risk. */
export const today = queryOptions({
  queryKey: ["day"],
  queryFn: ({ signal }) => get("/v1/day", { signal }),
  // every order moves it: it is looked at now and then, and soon again while the product still counts
  refetchInterval: ({ state }) => (state.data?.is_complete === false ? 1_000 : 5_000),
});
