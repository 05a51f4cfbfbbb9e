import type { Order } from "../../api/types";
import type { Row } from "./document";

/** A line as the document has it. */
export interface AskedLine {
  readonly item: string;
  readonly quantity: number | undefined;
  readonly price: number | undefined;
}

/** Units of measure that are the base unit; what is ordered in others is counted and priced in them, and is not compared. */
const BASE: ReadonlySet<string> = new Set(["", "EA", "PCE", "C62"]);

const NAMES = {
  item: ["item", "stockcode", "sku"],
  quantity: ["quantity", "qty"],
  price: ["price", "unitprice"],
  uom: ["uom", "unit"],
} as const;

const number = (text: string | undefined): number | undefined =>
  text === undefined || text.trim() === "" || Number.isNaN(Number(text)) ? undefined : Number(text);

function lineOf(item: string, uom: string, quantity: string | undefined, price: string | undefined): AskedLine {
  const isComparable = BASE.has(uom.trim().toUpperCase());
  return isComparable
    ? { item: item.trim(), quantity: number(quantity), price: number(price) }
    : { item: item.trim(), quantity: undefined, price: undefined };
}

/** The fields of a row of a table; what is quoted may hold the separator. */
function fieldsOf(row: string, separator: string): string[] {
  const fields: string[] = [];
  let [field, isQuoted] = ["", false];
  for (const [at, letter] of [...row].entries()) {
    if (letter === '"') {
      // two quotes within a quoted field are one
      if (!isQuoted && row[at - 1] === '"' && field !== "") field += '"';
      isQuoted = !isQuoted;
    } else if (letter === separator && !isQuoted) {
      fields.push(field);
      field = "";
    } else field += letter;
  }
  return [...fields, field];
}

function ofTable(rows: readonly Row[]): AskedLine[] {
  const head = rows.find(({ isHead }) => isHead)?.text;
  const separator = [",", ";", "\t"].find((each) => head?.includes(each));
  if (!head || !separator) return [];
  const names = fieldsOf(head, separator).map((name) => name.toLowerCase().replaceAll(/[^a-z]/g, ""));
  const place = (of: keyof typeof NAMES): number =>
    names.findIndex((name) => (NAMES[of] as readonly string[]).includes(name));
  const [item, quantity, price, uom] = [place("item"), place("quantity"), place("price"), place("uom")];
  if (item < 0) return [];
  return rows
    .filter(({ isMine, isHead, text }) => isMine && !isHead && text !== "")
    .map(({ text }) => fieldsOf(text, separator))
    .map((fields) => lineOf(fields[item] ?? "", fields[uom] ?? "", fields[quantity], fields[price]));
}

interface Json {
  readonly purchase_order?: unknown;
  readonly lines?: readonly Readonly<Record<string, unknown>>[];
}

function ofJson(text: string, purchaseOrder: string): AskedLine[] | undefined {
  try {
    const parsed = JSON.parse(text) as Json | readonly Json[];
    const orders = Array.isArray(parsed) ? (parsed as readonly Json[]) : [parsed as Json];
    const its = orders.length === 1 ? orders[0] : orders.find(({ purchase_order }) => purchase_order === purchaseOrder);
    const said = (value: unknown): string | undefined =>
      typeof value === "string" || typeof value === "number" ? String(value) : undefined;
    return (its?.lines ?? []).map(({ item, uom, quantity, price }) =>
      lineOf(said(item) ?? "", said(uom) ?? "", said(quantity), said(price)),
    );
  } catch {
    return undefined;
  }
}

/** The lines that a document asks for, as far as it is one whose lines can be told: JSON, or a table with names of columns. */
export function linesOf(
  text: string,
  rows: readonly Row[],
  { purchase_order }: Pick<Order, "purchase_order">,
): AskedLine[] {
  return ofJson(text, purchase_order) ?? ofTable(rows);
}

export interface Difference {
  readonly quantity?: number;
  readonly price?: number;
}

/** Where lines of an order differ from what the document asked, by the number of the line. An item that is there several times is compared in order. */
export function differences(
  asked: readonly AskedLine[],
  { lines }: Pick<Order, "lines">,
): ReadonlyMap<number, Difference> {
  const found = new Map<number, Difference>();
  for (const item of new Set(lines.map((line) => line.item))) {
    const [ours, theirs] = [lines.filter((line) => line.item === item), asked.filter((line) => line.item === item)];
    // what was put together or parted is not compared
    if (ours.length !== theirs.length) continue;
    for (const [at, { line, ordered, price }] of ours.entries()) {
      const its = theirs[at];
      const difference: Difference = {
        ...(its?.quantity !== undefined && its.quantity !== ordered ? { quantity: its.quantity } : {}),
        ...(its?.price !== undefined && its.price !== Number(price) ? { price: its.price } : {}),
      };
      if (Object.keys(difference).length > 0) found.set(line, difference);
    }
  }
  return found;
}

/** Prices that were expected where an order is held for its price, by the number of the line, as the hold tells them. */
export function expected({ holds }: Pick<Order, "holds">): ReadonlyMap<number, number> {
  const told = holds
    .filter(({ kind }) => kind === "price")
    .flatMap(({ reason }) => [...reason.matchAll(/line (\d+): [\d.]+ asked, ([\d.]+) expected/g)]);
  return new Map(told.map(([, line, price]) => [Number(line), Number(price)]));
}
