/** How an address says what a list is sorted by: `due`, or `-due` for the largest first. */
export interface Sorted {
  readonly column: string;
  readonly descending: boolean;
}

export function readSorting(text: string | undefined): Sorted | undefined {
  if (!text) return undefined;
  return text.startsWith("-") ? { column: text.slice(1), descending: true } : { column: text, descending: false };
}

export function writeSorting(sorting: Sorted | undefined): string | undefined {
  return sorting && `${sorting.descending ? "-" : ""}${sorting.column}`;
}

/** The order as the product sorts by it, over all rows, for the columns that it can; nothing for the others. */
export function byServer(text: string | undefined, names: Readonly<Record<string, string>>): string | undefined {
  const sorting = readSorting(text);
  const name = sorting && names[sorting.column];
  return name && writeSorting({ column: name, descending: sorting.descending });
}
