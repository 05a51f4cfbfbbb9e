import { queryOptions } from "@tanstack/react-query";
import { get, getText } from "../client";

/** Every operation of the API, and to those who look after it who has used it. */
export const catalogue = queryOptions({
  queryKey: ["catalogue"],
  queryFn: ({ signal }) => get("/catalogue", { signal }),
  refetchInterval: 10_000,
});

/** What the product was started with: it is the same until it is started again. */
export const settings = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => get("/v1/settings", { signal }),
});

/** The description of the API, as it is served, and what it says about the product. */
export const description = queryOptions({
  queryKey: ["description"],
  queryFn: async ({ signal }) => {
    const { text } = await getText("/openapi.json", {}, signal);
    const { info } = JSON.parse(text) as { info: { title: string; version: string; license?: { name: string } } };
    return { text, title: info.title, version: info.version, licence: info.license?.name ?? "" };
  },
  staleTime: Number.POSITIVE_INFINITY,
});
