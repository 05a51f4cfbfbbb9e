/** What stands in the address after the question mark, before it is understood. */
export type RawSearch = Readonly<Record<string, unknown>>;

type Reader<T> = (value: unknown) => T | undefined;

/** Any text that is not empty. Numbers come from addresses that people typed. */
export const text: Reader<string> = (value) => {
  const given = typeof value === "number" ? String(value) : value;
  return typeof given === "string" && given.trim() !== "" ? given : undefined;
};

/** A moment such as `2026-11-26T08:00Z`. */
export const moment: Reader<string> = (value) =>
  typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : undefined;

/** The id of an event. In an address it looks like a number: `17.30` must not become 17.3. */
export const eventId: Reader<string> = (value) =>
  typeof value === "string" && /^\d+\.\d+$/.test(value) ? value : undefined;

/** One of the values; anything else counts as not given. */
export function oneOf<const T extends string>(values: readonly T[]): Reader<T> {
  return (value) => values.find((known) => known === value);
}

/** Present or not. */
export const flag: Reader<true> = (value) => (value === true || value === "true" || value === 1 ? true : undefined);

type Shape = Readonly<Record<string, Reader<unknown>>>;
type Understood<S extends Shape> = { [K in keyof S]?: Exclude<ReturnType<S[K]>, undefined> | undefined };

/** Keeps of an address what a page understands, so that an old or mistyped link still opens. */
export function understand<S extends Shape>(shape: S): (raw: RawSearch) => Understood<S> {
  return (raw) => {
    const found: Record<string, unknown> = {};
    for (const [name, read] of Object.entries(shape)) {
      const value = read(raw[name]);
      if (value !== undefined) found[name] = value;
    }
    return found as Understood<S>;
  };
}
