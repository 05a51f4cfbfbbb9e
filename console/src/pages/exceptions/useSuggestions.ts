import { useQueries, useQuery } from "@tanstack/react-query";
import { account, availabilityOf, exceptions, order, payment, systems } from "../../api/queries";
import type { Exception, Stock } from "../../api/types";
import { type Suggestion, suggestionsFor } from "./suggest";

/** So many decisions of the past are looked at. */
const PAST = 20;
const OF_SUPPLY: ReadonlySet<string> = new Set(["SHORTAGE", "BACKORDER-LATE"]);

/** What speaks for which action of a case, by what is known of it. It comes as it is read, and nothing waits for it. */
export function useSuggestions(of: Exception): readonly Suggestion[] {
  const [subject, id = ""] = (of.subject ?? "").split(" ", 2);
  const its = useQuery({ ...order(of.order ?? ""), enabled: Boolean(of.order) }).data;
  const owner = of.account ?? its?.account ?? "";
  const customer = useQuery({ ...account(owner), enabled: of.kind === "CREDIT" && owner !== "" }).data;
  const money = useQuery({ ...payment(id), enabled: subject === "payment" }).data;
  const all = useQuery({ ...systems, enabled: of.actions.includes("retry") }).data?.systems;
  const past = useQuery(exceptions({ status: "resolved" })).data?.items;
  const missing = OF_SUPPLY.has(of.kind) ? (its?.lines ?? []).filter((line) => line.open + line.backordered > 0) : [];
  const items = [...new Set(missing.map(({ item }) => item))].slice(0, PAST);
  const stocks = useQueries({ queries: items.map(availabilityOf) }).map(({ data }) => data);
  return suggestionsFor(of, {
    order: its,
    account: customer,
    payment: money,
    systems: all,
    stocks: items.length > 0 && stocks.every((each): each is Stock[] => each !== undefined) ? stocks.flat() : undefined,
    decided: past?.filter(({ kind }) => kind === of.kind).slice(0, PAST),
  });
}
