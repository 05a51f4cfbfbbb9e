import { queryOptions } from "@tanstack/react-query";
import { get } from "../client";

export const processes = queryOptions({
  queryKey: ["processes", "all"],
  queryFn: ({ signal }) => get("/v1/processes", { query: { limit: 500 }, signal }),
});

export const processVersion = (process: string, version: number) =>
  queryOptions({
    queryKey: ["definitions", process, version],
    queryFn: ({ signal }) => get("/v1/processes/{process}/versions/{version}", { path: { process, version }, signal }),
    // a version never changes
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the instances of a version went through that began lately: it moves with every order, and is read now and then. */
export const passages = (process: string, version: number) =>
  queryOptions({
    queryKey: ["passages", process, version],
    queryFn: ({ signal }) =>
      get("/v1/processes/{process}/versions/{version}/passages", { path: { process, version }, signal }),
    staleTime: 10_000,
    refetchInterval: 30_000,
  });

/** A deployed form, in a version or else in the latest one. */
export const formOf = (id: string, version: number | undefined) =>
  queryOptions({
    queryKey: ["definitions", "form", id, version ?? "latest"],
    queryFn: async ({ signal }) => {
      const process = `form:${id}`;
      const latest = async () =>
        (await get("/v1/processes/{process}/versions", { path: { process }, signal }))[0]?.version ?? 1;
      const meant = version ?? (await latest());
      return get("/v1/processes/{process}/versions/{version}", { path: { process, version: meant }, signal });
    },
  });

export const versions = (process: string) =>
  queryOptions({
    queryKey: ["processes", "versions", process],
    queryFn: ({ signal }) => get("/v1/processes/{process}/versions", { path: { process }, signal }),
  });

/** Where the tokens of all running instances of a version stand. They move with every order, and are counted now and then. */
export const tokens = (process: string, version: number) =>
  queryOptions({
    queryKey: ["tokens", process, version],
    queryFn: ({ signal }) =>
      get("/v1/processes/{process}/versions/{version}/tokens", { path: { process, version }, signal }),
    refetchInterval: 5_000,
  });

/** What orders went through in the newest entries of the journal. The page asks for it again as the journal goes on. */
export const processMap = (entries: number) =>
  queryOptions({
    queryKey: ["process-map", entries],
    queryFn: ({ signal }) => get("/v1/process-map", { query: { entries }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
