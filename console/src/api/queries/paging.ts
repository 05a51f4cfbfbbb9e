/** How much of a list is read at once. */
export const PAGE = 200;

type NextPage = { next?: string | null };

/** Where a list goes on, if it does. */
export const next = (page: NextPage): string | undefined => page.next ?? undefined;

/** A list that is read to its end, page by page. */
export async function toTheEnd<T>(
  read: (place: { limit: number; after?: string }) => Promise<{ items: T[]; next?: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await read({ limit: 500, ...(after ? { after } : {}) });
    items.push(...page.items);
    after = page.next ?? undefined;
  } while (after);
  return items;
}

/** Where a page begins: behind the one before it, or with the first. */
export const after = (page: string): { after?: string } => (page ? { after: page } : {});
