import type { PostBody } from "../../api/client";
import type { Invoice } from "../../api/types";

/** What a credit note is for: one of these, each a document of its own. */
export const WAYS = ["everything", "units", "prices", "goodwill"] as const;
export type Way = (typeof WAYS)[number];

export const WAY_NAMES: Readonly<Record<Way, string>> = {
  everything: "All of it",
  units: "Units",
  prices: "Prices",
  goodwill: "An amount",
};

/** What was typed into the dialog of a credit note; numbers by line. */
export interface TypedCredit {
  readonly way: Way;
  readonly order: string;
  readonly numbers: Readonly<Record<number, string>>;
  readonly amount: string;
}

type CreditBody = Omit<PostBody<"/v1/invoices/{invoice}/credit-notes">, "reason">;
type InvoiceLine = Invoice["lines"][number];

/** The lines that a credit note over an order of the invoice may name. */
export const linesOf = (invoice: Invoice, order: string): InvoiceLine[] =>
  invoice.lines.filter((line) => line.order === order);

const isAmount = (text: string): boolean => /^\d+(\.\d+)?$/.test(text);

/** A number that was typed for a line, or why it cannot be one. */
function wrongOf(line: InvoiceLine, text: string, way: Way): string | undefined {
  if (way === "units" && !/^\d+$/.test(text)) return `Line ${line.line}: ${text} is no number of whole units.`;
  if (way === "units" && Number(text) > line.quantity) return `Line ${line.line} bills ${line.quantity} units only.`;
  if (way === "prices" && !isAmount(text)) return `Line ${line.line}: ${text} is no price such as 12.50.`;
  if (way === "prices" && Number(text) > Number(line.price))
    return `Line ${line.line} is billed at ${line.price}: a higher price is billed anew, not credited.`;
  return undefined;
}

/** What is asked for, or what is wrong in what was typed; neither, if nothing was typed yet. */
export function creditOf(invoice: Invoice, typed: TypedCredit): { body?: CreditBody; wrong?: string } {
  const of = invoice.orders.length > 1 ? { order: typed.order } : {};
  if (typed.way === "everything") return { body: of };
  if (typed.way === "goodwill") {
    const amount = typed.amount.trim();
    if (amount === "") return {};
    if (!isAmount(amount) || Number(amount) === 0) return { wrong: `${amount} is no amount such as 12.50.` };
    return { body: { ...of, amount: { amount, currency: invoice.gross.currency } } };
  }
  const entered = linesOf(invoice, typed.order).flatMap((line) => {
    const text = typed.numbers[line.line]?.trim() ?? "";
    return text === "" ? [] : [{ line, text }];
  });
  const wrong = entered.map(({ line, text }) => wrongOf(line, text, typed.way)).find((why) => why !== undefined);
  if (wrong) return { wrong };
  if (typed.way === "units") {
    const lines = entered
      .map(({ line, text }) => ({ line: line.line, quantity: Number(text) }))
      .filter(({ quantity }) => quantity > 0);
    return lines.length > 0 ? { body: { ...of, lines } } : {};
  }
  const prices = entered
    .filter(({ line, text }) => Number(text) !== Number(line.price))
    .map(({ line, text }) => ({ line: line.line, price: text }));
  return prices.length > 0 ? { body: { ...of, prices } } : {};
}
