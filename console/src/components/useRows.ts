import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

interface Rows<T> {
  readonly rows: readonly T[] | undefined;
  /** Reads the next page, if there is one and it is not under way. */
  readonly more: () => void;
}

/** The rows of all pages that were read, and how to read on. */
export function useRows<T>(reading: UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>): Rows<T> {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = reading;
  const rows = useMemo(() => data?.pages.flatMap(({ items }) => items), [data]);
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { rows, more };
}
