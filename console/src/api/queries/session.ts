import { queryOptions } from "@tanstack/react-query";
import { get } from "../client";

export const me = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => get("/v1/session", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const secondFactor = queryOptions({
  queryKey: ["second-factor"],
  queryFn: ({ signal }) => get("/v1/session/second-factor", { signal }),
  staleTime: 0,
  gcTime: 0,
});

/** What somebody looks at again and again. */
export const savedViews = queryOptions({
  queryKey: ["views"],
  queryFn: ({ signal }) => get("/v1/views", { signal }),
  staleTime: 60_000,
});
