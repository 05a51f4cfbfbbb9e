import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";

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

/** A list that leaves rows out looks through so many pages by itself for a screenful of rows. */
const PAGES = 10;
const SCREENFUL = 20;

interface Paged {
  readonly data: InfiniteData<unknown> | undefined;
  readonly isFetching: boolean;
  readonly isError: boolean;
}

/** Reads on while too few rows are there to scroll to more. */
export function useScreenful(shown: number | undefined, { data, isFetching, isError }: Paged, more: () => void): void {
  const looksOn = shown !== undefined && shown < SCREENFUL && (data?.pages.length ?? 0) < PAGES;
  useEffect(() => {
    if (looksOn && !isFetching && !isError) more();
  }, [looksOn, isFetching, isError, more]);
}
