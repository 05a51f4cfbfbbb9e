import { queryOptions } from "@tanstack/react-query";
import { batched } from "../lib/batch";
import { get } from "./client";

/** As many as the product looks up at once. */
const MOST = 200;

const LOOK = {
  accounts: batched(async (codes) => (await get("/v1/names", { query: { accounts: codes.join(",") } })).accounts, MOST),
  items: batched(async (codes) => (await get("/v1/names", { query: { items: codes.join(",") } })).items, MOST),
} as const;

/** The name of a customer or what an item is; null if it is not known. The codes of a screen are asked for together. */
export const nameOf = (kind: keyof typeof LOOK, code: string) =>
  queryOptions({
    queryKey: ["master", "name", kind, code],
    queryFn: async () => (await LOOK[kind](code)) ?? null,
    // names change seldom: an import of items tells of itself, and customers are looked up again after a while
    staleTime: 300_000,
  });
