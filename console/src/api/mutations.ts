import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { newKey, post } from "./client";
import { Unreachable } from "./problem";

/** What a person decides on an exception. */
export interface Decision {
  readonly exception: string;
  readonly action: string;
  readonly reason: string;
  readonly details: Record<string, unknown>;
}

/** Reads again what a decision may have moved, so that what was just done is there at once. */
export async function refresh(client: QueryClient, topics: readonly string[]): Promise<void> {
  await client.invalidateQueries({ predicate: ({ queryKey }) => topics.includes(String(queryKey[0])) });
}

const DECIDED = [
  "exceptions",
  "orders",
  "payments",
  "invoices",
  "instances",
  "progress",
  "returns",
  "accounts",
] as const;

export function decide(decision: Decision, idempotencyKey: string) {
  const { exception, action, reason, details } = decision;
  const body = { action, reason, details };
  return post("/v1/exceptions/{exception}/resolution", { path: { exception }, body, idempotencyKey });
}

export function assign(exception: string, to: string | null, idempotencyKey: string) {
  return post("/v1/exceptions/{exception}/assignment", { path: { exception }, body: { to }, idempotencyKey });
}

/**
 * A change under one idempotency key until its outcome is known: who presses the button again after a lost connection repeats
 * the same decision, and it is carried out once.
 */
export function useChange<V, R>(run: (value: V, idempotencyKey: string) => Promise<R>, topics: readonly string[]) {
  const client = useQueryClient();
  const pending = useRef<{ content: string; key: string } | undefined>(undefined);
  return useMutation({
    mutationFn: async (value: V) => {
      // a change without a value has no text of its own
      const content = JSON.stringify(value) ?? "nothing";
      if (pending.current === undefined || pending.current.content !== content) {
        pending.current = { content, key: newKey() };
      }
      try {
        const answer = await run(value, pending.current.key);
        pending.current = undefined;
        return answer;
      } catch (error) {
        if (!(error instanceof Unreachable)) pending.current = undefined;
        throw error;
      }
    },
    onSuccess: () => refresh(client, topics),
  });
}

export const useDecide = () => useChange(decide, DECIDED);

export const useAssign = () =>
  useChange(
    ({ exception, to }: { exception: string; to: string | null }, key) => assign(exception, to, key),
    ["exceptions"],
  );

export const useAssignTask = () =>
  useChange(
    ({ instance, task, to }: { instance: string; task: string; to: string | null }, idempotencyKey) =>
      post("/v1/tasks/{instance}/{task}/assignment", { path: { instance, task }, body: { to }, idempotencyKey }),
    ["exceptions", "tasks"],
  );

/** Everything that a change of an order may move. */
export const OF_ORDERS = [
  "orders",
  "exceptions",
  "instances",
  "progress",
  "warehouse-orders",
  "stock",
  "accounts",
] as const;

/** Everything that a correction of an invoice may move. */
export const OF_INVOICES = [
  "invoices",
  "unbooked",
  "orders",
  "accounts",
  "exceptions",
  "payments",
  "shipments",
  "returns",
  "progress",
] as const;
