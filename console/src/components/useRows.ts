import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

interface Rows<T> {
  readonly rows: readonly T[] | undefined;
  /** Reads the next page, if there is one and it is not under way. */
  readonly more: () => void;
  /** Reads to the end, and gives all rows: what is exported is the whole list, not what was scrolled to, and none if it cannot be read. */
  readonly readAll: () => Promise<readonly T[]>;
}

/** The rows of all pages that were read, and how to read on. */
export function useRows<T>(reading: UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>): Rows<T> {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = reading;
  const rows = useMemo(() => data?.pages.flatMap(({ items }) => items), [data]);
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const readAll = useCallback(async () => {
    if (!hasNextPage) return rows ?? [];
    let result = await fetchNextPage();
    while (result.hasNextPage && !result.isError) result = await fetchNextPage();
    if (result.isError) throw result.error;
    return result.data?.pages.flatMap(({ items }) => items) ?? [];
  }, [rows, hasNextPage, fetchNextPage]);
  return { rows, more, readAll };
}
