import { Badge } from "@mantine/core";
import { words } from "../lib/words";

const STATUS: Readonly<Record<string, string>> = {
  on_hold: "red",
  backordered: "orange",
  rejected: "gray",
  cancelled: "gray",
  closed: "gray",
  validating: "blue",
  approved: "blue",
  in_fulfilment: "dock",
  partially_fulfilled: "dock",
  fulfilled: "dock",
  invoiced: "green",
  settled: "green",
  open: "orange",
  claimed: "blue",
  resolved: "green",
  cleared: "gray",
  applied: "green",
  on_account: "blue",
  unmatched: "orange",
  running: "dock",
  suspended: "orange",
  incident: "red",
  half_open: "orange",
  completed: "green",
};

const SEVERITY: Readonly<Record<string, string>> = { critical: "red", high: "orange", medium: "yellow", low: "gray" };

/** Where something stands; the word tells it, the colour only helps. */
export function Status({ of, label }: { of: string; label?: string }) {
  return (
    <Badge color={STATUS[of] ?? "gray"} variant="light" className="cd-badge">
      {label ?? words(of)}
    </Badge>
  );
}

export function Severity({ of }: { of: string }) {
  return (
    <Badge color={SEVERITY[of] ?? "gray"} variant={of === "critical" ? "filled" : "light"} className="cd-badge">
      {words(of)}
    </Badge>
  );
}
