import type { PostBody } from "../../api/client";
import type { Order, OrderLine } from "../../api/types";
import type { Prices, Quantities } from "./LineQuantities";

/** A line that is added, as it is typed. */
export interface Added {
  readonly item: string;
  readonly quantity: string;
  readonly price: string;
}

/** What was typed into the dialog of a change. */
export interface Typed {
  readonly quantities: Quantities;
  readonly prices: Prices;
  readonly added: readonly Added[];
  readonly requested: string;
}

export type ChangeBody = PostBody<"/v1/orders/{order}/changes">;

export const NOTHING_TYPED: Typed = { quantities: {}, prices: {}, added: [], requested: "" };

/** What of a line is still wanted. */
export const ordered = (line: OrderLine): number => line.ordered - line.cancelled;

/** A number above zero, with digits behind a point or without. */
const isNumber = (text: string): boolean => /^\d+(\.\d+)?$/.test(text) && Number(text) > 0;

/** Prices are the same as numbers, not as texts: 2.5 is 2.50. */
const isOther = (typed: string, price: string): boolean => Number(typed) !== Number(price);

/** What is wrong in what was typed; nothing if it can be sent. */
export function wrongIn({ prices, added }: Typed): string | undefined {
  const price = Object.entries(prices).find(([, text]) => !/^\d+(\.\d+)?$/.test(text.trim()));
  if (price) return `The price of line ${price[0]} is not a number such as 12.50.`;
  for (const [at, line] of added.entries()) {
    if (line.item.trim() === "") return `New line ${at + 1} names no item.`;
    if (!isNumber(line.quantity.trim())) return `The quantity of ${line.item} is not a number above zero.`;
    if (line.price.trim() !== "" && !isNumber(line.price.trim())) return `The price of ${line.item} is not a number.`;
  }
  return undefined;
}

/** What the change comes to: only what is other than before. Nothing if nothing is. */
export function changeOf(order: Order, typed: Typed): Partial<ChangeBody> | undefined {
  const { quantities, prices, added, requested } = typed;
  const known = (line: number): OrderLine | undefined => order.lines.find((each) => each.line === line);
  const changed = Object.entries(quantities)
    .map(([line, quantity]) => ({ line: Number(line), quantity }))
    .filter(({ line, quantity }) => {
      const before = known(line);
      return before !== undefined && quantity !== ordered(before);
    });
  const priced = Object.entries(prices)
    .map(([line, price]) => ({ line: Number(line), price: price.trim() }))
    .filter(({ line, price }) => {
      const before = known(line);
      return before !== undefined && isOther(price, before.price);
    });
  const isDate = requested !== "" && requested !== (order.requested ?? "");
  if (changed.length + priced.length + added.length === 0 && !isDate) return undefined;
  return {
    ...(changed.length > 0 ? { quantities: changed } : {}),
    ...(priced.length > 0 ? { prices: priced } : {}),
    ...(added.length > 0 ? { added: added.map(lineOf) } : {}),
    ...(isDate ? { requested } : {}),
  };
}

function lineOf({ item, quantity, price }: Added): { item: string; quantity: string; price?: string } {
  return { item: item.trim(), quantity: quantity.trim(), ...(price.trim() === "" ? {} : { price: price.trim() }) };
}
