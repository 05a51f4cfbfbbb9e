import { SegmentedControl } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { accounts, company, items, priceBooks, rates } from "../../api/queries";
import { Beside } from "../../components/Beside";
import { List, Rows } from "../../components/List";
import { Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { words } from "../../lib/words";
import { BROWSED, type Browsed } from "./browsed";
import {
  CALENDARS,
  CUSTOMERS,
  calendarsOf,
  GROUPS,
  ITEMS,
  LIMITS,
  PRICES,
  RATES,
  type Shown,
  TAXES,
  TERMS,
  WAREHOUSES,
} from "./kinds";
import { MasterDetails } from "./MasterDetails";

const route = getRouteApi("/administration/master-data");

/** What of a kind has a page of its own beside the list, and how the product calls its subject. */
const SUBJECT: Readonly<Partial<Record<Browsed, string>>> = {
  items: "item",
  prices: "price_book",
  customers: "account",
  terms: "account",
  limits: "account",
};

/** Master data as it is kept, kind by kind: a list of each, and what one of it is and was. */
export function Browse() {
  const { kind = "items", open } = route.useSearch();
  const navigate = route.useNavigate();
  const subject = SUBJECT[kind];
  return (
    <Panel
      id="browse"
      title="What there is"
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Kind of master data"
          value={kind}
          onChange={(value) =>
            void navigate({ search: () => ({ kind: BROWSED.find((each) => each === value) }), replace: true })
          }
          data={BROWSED.map((value) => ({ value, label: words(value) }))}
        />
      }
    >
      <Kind of={kind} />
      {subject && (
        <Beside
          noun={words(subject)}
          id={open}
          onClose={() => void navigate({ search: (before) => ({ ...before, open: undefined }), replace: true })}
        >
          {(id) => <MasterDetails key={id} subject={subject} id={id} />}
        </Beside>
      )}
    </Panel>
  );
}

function Kind({ of }: { of: Browsed }) {
  const ours = useQuery(company);
  const itemsList = useInfiniteQuery({ ...items, enabled: of === "items" });
  const books = useInfiniteQuery({ ...priceBooks, enabled: of === "prices" });
  const customers = useInfiniteQuery({ ...accounts, enabled: ["customers", "terms", "limits"].includes(of) });
  const exchange = useInfiniteQuery({ ...rates, enabled: of === "rates" });
  const frame = useFrame();
  switch (of) {
    case "items":
      return <List {...ITEMS} {...frame(ITEMS)} reading={itemsList} />;
    case "prices":
      return <List {...PRICES} {...frame(PRICES)} reading={books} />;
    case "customers":
      return <List {...CUSTOMERS} {...frame(CUSTOMERS)} reading={customers} />;
    case "terms":
      return <List {...TERMS} {...frame(TERMS)} reading={customers} />;
    case "limits":
      return <List {...LIMITS} {...frame(LIMITS)} reading={customers} />;
    case "rates":
      return <List {...RATES} {...frame(RATES)} reading={exchange} />;
    case "warehouses":
      return (
        <Reading of={ours}>
          {({ warehouses }) => <Rows {...WAREHOUSES} {...frame(WAREHOUSES)} rows={warehouses} />}
        </Reading>
      );
    case "calendars":
      return (
        <Reading of={ours}>
          {(found) => <Rows {...CALENDARS} {...frame(CALENDARS)} rows={calendarsOf(found)} />}
        </Reading>
      );
    case "taxes":
      return <Reading of={ours}>{({ taxes }) => <Rows {...TAXES} {...frame(TAXES)} rows={taxes} />}</Reading>;
    case "channel-groups":
      return (
        <Reading of={ours}>
          {({ channel_groups }) => <Rows {...GROUPS} {...frame(GROUPS)} rows={channel_groups} />}
        </Reading>
      );
  }
}

/** What all lists of this page have in common: their order and what is open stand in the address. */
function useFrame() {
  const { sort, open } = route.useSearch();
  const navigate = route.useNavigate();
  return <T,>({ idOf, opens }: Shown<T>) => ({
    current: open,
    onOpen: (row: T) => {
      if (opens) void navigate({ search: (before) => ({ ...before, open: idOf(row) }), replace: true });
    },
    sort,
    onSort: (next: string | undefined) =>
      void navigate({ search: (before) => ({ ...before, sort: next }), replace: true }),
    height: "50vh",
  });
}
