/**
 * Who is at work in this tab: a person who signed in with name and password, whose cookie no script can read, or somebody with
 * an API key. The key, or the token that shows that a change comes from our pages, lives in the tab's session storage only.
 */
const STORED = "crossdock.session";

export type Session =
  | { readonly way: "password"; readonly csrf: string }
  | { readonly way: "key"; readonly key: string }
  | { readonly way: undefined; readonly why: string | undefined };

export type SignedIn = Exclude<Session, { way: undefined }>;

let current: Session = read();
const listeners = new Set<() => void>();

function read(): Session {
  const stored = typeof sessionStorage === "undefined" ? null : sessionStorage.getItem(STORED);
  return (stored && parse(stored)) || { way: undefined, why: undefined };
}

/** What was stored, if it is what we store. */
export function parse(stored: string): SignedIn | undefined {
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value !== "object" || value === null || !("way" in value)) return undefined;
    if (value.way === "key" && "key" in value && typeof value.key === "string") return { way: "key", key: value.key };
    if (value.way === "password" && "csrf" in value && typeof value.csrf === "string") {
      return { way: "password", csrf: value.csrf };
    }
  } catch {
    // somebody else's; as good as nothing
  }
  return undefined;
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
  begin(session: SignedIn): void {
    sessionStorage.setItem(STORED, JSON.stringify(session));
    set(session);
  },
  /** Forgets it. `why` is told on the page where one signs in again. */
  end(why?: string): void {
    sessionStorage.removeItem(STORED);
    set({ way: undefined, why });
  },
};
