import { queryOptions } from "@tanstack/react-query";
import { get } from "../client";

export const webhooks = queryOptions({
  queryKey: ["webhooks", "all"],
  queryFn: ({ signal }) => get("/v1/webhooks", { signal }),
  // how far each is, is no event: look again by oneself
  refetchInterval: 5_000,
});

export const deliveries = (webhook: string) =>
  queryOptions({
    queryKey: ["webhooks", "deliveries", webhook],
    queryFn: ({ signal }) => get("/v1/webhooks/{webhook}/deliveries", { path: { webhook }, signal }),
    refetchInterval: 5_000,
  });
