/** Whether the product answers, as the last requests found out. */
export interface Connection {
  readonly lost: boolean;
  /** Since when it is lost. */
  readonly since: Date | undefined;
}

let current: Connection = { lost: false, since: undefined };
const listeners = new Set<() => void>();

function set(next: Connection): void {
  current = next;
  for (const listener of listeners) listener();
}

export const connection = {
  get: (): Connection => current,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  lost(): void {
    if (!current.lost) set({ lost: true, since: new Date() });
  },
  restored(): void {
    if (current.lost) set({ lost: false, since: undefined });
  },
};
