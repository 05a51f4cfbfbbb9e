import type { Account, Exception, Order, Payment, Stock, System } from "../../api/types";
import { formatMoney, fromMinor, toMinor } from "../../lib/money";
import { day } from "../../lib/time";
import { count, inWords } from "../../lib/words";

/** An action that something speaks for, and what that is. */
export interface Suggestion {
  readonly action: string;
  /** A sentence without its full stop: it is the reason that stands in the form, to be changed. */
  readonly because: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What is known about a case. What was not looked up is undefined, and nothing is concluded from it. */
export interface Evidence {
  readonly order?: Order | undefined;
  readonly account?: Account | undefined;
  readonly payment?: Payment | undefined;
  /** Stocks of the items that the order misses. */
  readonly stocks?: readonly Stock[] | undefined;
  readonly systems?: readonly System[] | undefined;
  /** Cases of the same type that people have decided on, the newest first. */
  readonly decided?: readonly Exception[] | undefined;
}

type Rule = (of: Exception, evidence: Evidence) => Suggestion | undefined;

/** A difference of price up to this many per cent is less than a cancelled order. */
const SMALL_DIFFERENCE = 2;
/** So many decisions on the same type are a habit, if so large a share of them is the same. */
const HABIT = 5;
const MOST = 0.7;

function price({ reason }: Exception): Suggestion | undefined {
  const lines = [...reason.matchAll(/too (low|high) by ([\d.]+) %/g)];
  if (lines.length === 0) return undefined;
  const low = lines.flatMap(([, direction, percent]) => (direction === "low" ? [Number(percent)] : []));
  if (low.length === 0) return { action: "use_expected_price", because: "The customer pays less by our price" };
  const most = Math.max(...low);
  return most <= SMALL_DIFFERENCE
    ? { action: "release", because: `The price is too low by no more than ${most} %` }
    : { action: "use_expected_price", because: `The price is too low by up to ${most} %, and ours is the agreed one` };
}

function credit(_: Exception, { account, order }: Evidence): Suggestion | undefined {
  if (!account?.credit_limit || !order || account.exposure.currency !== order.net.currency) return undefined;
  const after = toMinor(account.exposure) + toMinor(order.net) + toMinor(order.tax);
  const limit = toMinor(account.credit_limit);
  if (after > limit) return undefined;
  const free = formatMoney(fromMinor(limit - after, order.net.currency));
  return { action: "retry", because: `With this order the account is within its limit by now, by ${free}` };
}

function supply({ actions }: Exception, { order, stocks }: Evidence): Suggestion | undefined {
  if (!order || !stocks) return undefined;
  const missing = order.lines.filter((line) => line.backordered + line.open > 0);
  const found = stocks.find(({ item, available }) => available > 0 && missing.some((line) => line.item === item));
  if (found && actions.includes("resource")) {
    return {
      action: "resource",
      because: `${found.node} has ${count(found.available, "unit")} of ${found.item} that nobody has`,
    };
  }
  const coming = stocks.flatMap(({ item, node, inbound }) =>
    inbound.map(({ eta, quantity }) => ({ item, node, eta, quantity })),
  );
  const [next] = coming.toSorted((a, b) => a.eta.localeCompare(b.eta));
  if (!next) return undefined;
  const units = count(next.quantity, "unit");
  return { action: "wait", because: `${units} of ${next.item} come to ${next.node} on ${day(next.eta)}` };
}

/** What failed because a system was away is worth another try once all are back. */
function back(_: Exception, { systems }: Evidence): Suggestion | undefined {
  if (!systems || systems.length === 0) return undefined;
  return systems.every(({ circuit }) => circuit === "closed")
    ? { action: "retry", because: "All systems answer again" }
    : undefined;
}

function tax(of: Exception, evidence: Evidence): Suggestion | undefined {
  const again = back(of, evidence);
  if (again || !evidence.systems) return again;
  const away = evidence.systems.filter(({ circuit }) => circuit !== "closed").map(({ name }) => name);
  return { action: "degrade", because: `${away.join(", ")} does not answer: our own computation goes on without it` };
}

function unmatched(_: Exception, { payment }: Evidence): Suggestion | undefined {
  if (!payment) return undefined;
  const [only, ...others] = payment.candidates;
  if (only && others.length === 0) {
    const because = `${only.invoices.join(", ")} is all that it can be for: ${inWords(only.evidence)}`;
    return { action: "match", because, details: { invoices: [...only.invoices] } };
  }
  if (only) return undefined;
  if (!payment.account) return undefined;
  return {
    action: "put_on_account",
    because: `Nothing that is open has this amount, and the payer is known: account ${payment.account}`,
    details: { account: payment.account },
  };
}

function partial(_: Exception, { order }: Evidence): Suggestion | undefined {
  if (!order) return undefined;
  const waiting = order.lines.reduce((sum, { open, backordered }) => sum + open + backordered, 0);
  return waiting === 0
    ? undefined
    : { action: "release", because: `${count(waiting, "unit")} still have no supply: what has shipped can be billed` };
}

const RULES: Readonly<Record<string, Rule>> = {
  PRICE: price,
  CREDIT: credit,
  SHORTAGE: supply,
  "BACKORDER-LATE": supply,
  TAX: tax,
  CARRIER: back,
  INTEGRATION: back,
  "BILLING-BLOCKED": back,
  "INVOICE-REJECTED": back,
  "PAYMENT-UNMATCHED": unmatched,
  "PARTIAL-BILLING-DECISION": partial,
  "WMS-REJECT": () => ({ action: "retry", because: "The warehouse that refused is not asked again for this order" }),
};

/** What people have decided in most of the same cases. */
function habit(_: Exception, { decided = [] }: Evidence): Suggestion | undefined {
  const actions = decided.flatMap(({ resolution }) => (resolution ? [resolution.action] : []));
  if (actions.length < HABIT) return undefined;
  const times = (action: string): number => actions.filter((each) => each === action).length;
  const [action] = actions.toSorted((a, b) => times(b) - times(a));
  if (action === undefined || times(action) / actions.length < MOST) return undefined;
  return { action, because: `As in ${times(action)} of the last ${actions.length} cases of this type` };
}

/** What speaks for which of the actions that a case offers: first what its own facts say, then what people usually do. */
export function suggestionsFor(of: Exception, evidence: Evidence): Suggestion[] {
  const found = [RULES[of.kind]?.(of, evidence), habit(of, evidence)].filter((each) => each !== undefined);
  const offered = found.filter(({ action }) => of.actions.includes(action));
  return offered.filter(({ action }, at) => offered.findIndex((each) => each.action === action) === at);
}
