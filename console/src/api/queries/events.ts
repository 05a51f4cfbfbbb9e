import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "../client";
import { searchBack, type TrailFilter } from "../trail";

export const trail = (filter: TrailFilter) =>
  infiniteQueryOptions({
    queryKey: ["events", "trail", filter],
    queryFn: ({ signal, pageParam }) => searchBack(filter, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: ({ rest }) => (rest > 0 ? rest : undefined),
    // what has happened stays as it is; newer events are told by the position of the journal
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Everything that one command has led to. */
export const entry = (position: number) =>
  queryOptions({
    queryKey: ["events", "entry", position],
    queryFn: ({ signal }) => get("/v1/events", { query: { after: position - 1, limit: 1 }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
