/** Looks up many things with few requests: what is asked for in the same moment goes together. */
export function batched<T>(
  look: (codes: readonly string[]) => Promise<Readonly<Record<string, T>>>,
  most: number,
): (code: string) => Promise<T | undefined> {
  type Waits = { readonly code: string; done: (value: T | undefined) => void; fail: (why: unknown) => void };
  let waiting: Waits[] = [];

  async function send(some: readonly Waits[]): Promise<void> {
    try {
      const found = await look([...new Set(some.map(({ code }) => code))]);
      for (const { code, done } of some) done(found[code]);
    } catch (error) {
      for (const { fail } of some) fail(error);
    }
  }

  function flush(): void {
    const all = waiting;
    waiting = [];
    for (let at = 0; at < all.length; at += most) void send(all.slice(at, at + most));
  }

  return (code) =>
    new Promise((done, fail) => {
      if (waiting.length === 0) setTimeout(flush, 0);
      waiting.push({ code, done, fail });
    });
}
