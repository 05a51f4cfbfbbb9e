import type { Waiting } from "../../api/types";

/** A process instance of an order, that runs or has ended. */
export interface Way {
  readonly id: string;
  readonly process: string;
  readonly isOver: boolean;
}

/** Those that run first, as they wait; behind them those that have ended, the last begun first. */
export function ways(
  running: readonly Pick<Waiting, "instance" | "process">[],
  begun: readonly { readonly id: string; readonly process: string }[],
): Way[] {
  const runs = new Set(running.map(({ instance }) => instance));
  return [
    ...running.map(({ instance, process }) => ({ id: instance, process, isOver: false })),
    ...begun.filter(({ id }) => !runs.has(id)).map(({ id, process }) => ({ id, process, isOver: true })),
  ];
}
