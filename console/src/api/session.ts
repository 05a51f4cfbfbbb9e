/**
 * Who is at work in this tab. The key lives in the tab's session storage only: another tab asks again, and closing the tab
 * forgets it. When people sign in with their own identity, this file is what changes.
 */
const STORED = "crossdock.key";

export type Session = { readonly key: string } | { readonly key: undefined; readonly why: string | undefined };

let current: Session = read();
const listeners = new Set<() => void>();

function read(): Session {
  const key = typeof sessionStorage === "undefined" ? null : sessionStorage.getItem(STORED);
  return key ? { key } : { key: undefined, why: undefined };
}

function set(session: Session): void {
  current = session;
  for (const listener of listeners) listener();
}

export const session = {
  get: (): Session => current,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  begin(key: string): void {
    sessionStorage.setItem(STORED, key);
    set({ key });
  },
  /** Forgets the key. `why` is told on the page where one signs in again. */
  end(why?: string): void {
    sessionStorage.removeItem(STORED);
    set({ key: undefined, why });
  },
};
