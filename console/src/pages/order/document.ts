import type { Order } from "../../api/types";

/** A row of a document, and whether it is about the order. */
export interface Row {
  readonly text: string;
  readonly isMine: boolean;
  /** The names of the columns of a list; not one of its rows. */
  readonly isHead: boolean;
}

/** A document as it can be read: JSON is laid out, and what has no lines is broken at the ends of its segments. */
function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text.trim().includes("\n") ? text : text.replaceAll(/[~'](?=.)/g, (end) => `${end}\n`);
  }
}

/** Finds a code as a whole word, so that 536365 is not found in 5363651. */
function finderOf(code: string): (text: string) => boolean {
  if (code === "") return () => false;
  const word = code.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = new RegExp(`(?<![\\w-])${word}(?![\\w-])`);
  return (text) => pattern.test(text);
}

/**
 * The rows of a document that an order came in. Where a file holds many orders in rows, those that name the order's purchase order are
 * its own, and the names of the columns; where none or all do, the whole document is about it.
 */
export function rowsOf(text: string, { purchase_order }: Pick<Order, "purchase_order">): readonly Row[] {
  const rows = laidOut(text).split(/\r?\n/);
  const mine = rows.map(finderOf(purchase_order));
  const named = mine.filter(Boolean).length;
  // a document of one order names it in its head, and may name it again; a list of orders names it in each row that belongs to it
  const isTable = rows.every((row) => /[,;\t]/.test(row) || row === "");
  const isList = isTable && (named > 1 || (named === 1 && rows.length > 2));
  const isHead = (row: string, at: number): boolean => at === 0 && !/\d/.test(row);
  return rows.map((row, at) => ({
    text: row,
    isMine: !isList || mine[at] === true || isHead(row, at),
    isHead: isTable && isHead(row, at),
  }));
}

/** The lines of an order whose item the document does not name: it was understood by another code, changed or substituted. */
export function notNamed(rows: readonly Row[], { lines }: Pick<Order, "lines">): ReadonlySet<string> {
  const own = rows
    .filter(({ isMine }) => isMine)
    .map(({ text }) => text)
    .join("\n");
  return new Set(lines.filter(({ item }) => !finderOf(item)(own)).map(({ item }) => item));
}
