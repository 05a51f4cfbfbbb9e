import { Button, Group, SegmentedControl, Text, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { stock } from "../../api/queries";
import type { Stock } from "../../api/types";
import type { Column } from "../../components/Grid";
import { GuardedButton } from "../../components/GuardedButton";
import { List } from "../../components/List";
import { Description } from "../../components/Named";
import { Page, Panel } from "../../components/Page";
import type { CsvColumn } from "../../lib/csv";
import { count } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { Backorders } from "./Backorders";
import { mayNotChangeStock } from "./change";
import { Holders } from "./Holders";
import { ItemPanel } from "./ItemPanel";
import { Quotas } from "./Quotas";

const ChangeStock = lazy(() => import("./ChangeStock"));
const route = getRouteApi("/availability");

function numbers(
  id: keyof Stock & ("on_hand" | "soft" | "hard" | "safety" | "available" | "backordered" | "unavailable"),
  header: string,
  width = 96,
): Column<Stock> {
  const cell = (row: Stock) =>
    id === "backordered" && row[id] > 0 ? <span className="soon">{row[id]}</span> : row[id].toLocaleString("en");
  return { id, header, width, end: true, cell, by: (row) => row[id] };
}

const COLUMNS: readonly Column<Stock>[] = [
  {
    id: "item",
    header: "Item",
    width: 220,
    grow: true,
    cell: ({ item }) => (
      <>
        <b>{item}</b> <Description of={item} />
      </>
    ),
    by: ({ item }) => item,
  },
  { id: "node", header: "Warehouse", width: 110, cell: ({ node }) => node, by: ({ node }) => node },
  numbers("on_hand", "On hand"),
  numbers("soft", "Reserved", 92),
  numbers("hard", "In work", 92),
  numbers("safety", "Safety", 86),
  numbers("unavailable", "Blocked", 86),
  numbers("available", "Available", 96),
  numbers("backordered", "Backordered", 112),
  {
    id: "inbound",
    header: "On its way",
    width: 150,
    cell: ({ inbound }) =>
      inbound.length === 0 ? (
        <span className="muted">–</span>
      ) : (
        `${inbound.reduce((sum, { quantity }) => sum + quantity, 0)} in ${count(inbound.length, "delivery", "deliveries")}`
      ),
    by: ({ inbound }) => inbound.reduce((sum, { quantity }) => sum + quantity, 0),
  },
];

const CSV: readonly CsvColumn<Stock>[] = [
  { header: "item", value: ({ item }) => item },
  { header: "warehouse", value: ({ node }) => node },
  { header: "on_hand", value: ({ on_hand }) => on_hand },
  { header: "reserved_soft", value: ({ soft }) => soft },
  { header: "reserved_hard", value: ({ hard }) => hard },
  { header: "safety", value: ({ safety }) => safety },
  { header: "unavailable", value: ({ unavailable }) => unavailable },
  { header: "available", value: ({ available }) => available },
  { header: "backordered", value: ({ backordered }) => backordered },
];

/** What can be promised of an item, when and from where; and the stock behind it. */
export function AvailabilityPage() {
  const { item, quantity, sort, only, show } = route.useSearch();
  const me = useMe();
  const [changing, setChanging] = useState(false);
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(item ?? "");
  const [units, setUnits] = useState(quantity ?? "");
  const reading = useInfiniteQuery(stock(item ? { item } : {}));

  function set(change: {
    item?: string | undefined;
    quantity?: string | undefined;
    sort?: string | undefined;
    only?: "backordered" | "short" | undefined;
    show?: "backorders" | undefined;
  }): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: !("item" in change) });
  }
  return (
    <Page
      title={item ? `Availability of ${item}` : "Availability"}
      actions={
        <GuardedButton why={me && mayNotChangeStock(me)} variant="default" onClick={() => setChanging(true)}>
          Change stock …
        </GuardedButton>
      }
    >
      <Suspense>{changing && <ChangeStock item={item ?? ""} onClose={() => setChanging(false)} />}</Suspense>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          set({ item: typed.trim() || undefined, quantity: units.trim() || undefined });
        }}
      >
        <Group align="end" gap="xs">
          <TextInput
            label="Item"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            placeholder="85123A"
            w={170}
          />
          <TextInput
            label="What if somebody orders"
            value={units}
            onChange={(event) => setUnits(event.currentTarget.value.replace(/\D/g, ""))}
            placeholder="units"
            inputMode="numeric"
            w={210}
          />
          <Button type="submit">Ask</Button>
          {item && (
            <Button
              variant="subtle"
              onClick={() => {
                setTyped("");
                setUnits("");
                set({ item: undefined, quantity: undefined });
              }}
            >
              All items
            </Button>
          )}
        </Group>
      </form>
      {item && <ItemPanel key={item} item={item} quantity={quantity ? Number(quantity) : undefined} />}
      {item && show === undefined && <Quotas key={`quotas ${item}`} item={item} />}
      {item && show === undefined && <Holders key={`holders ${item}`} item={item} />}
      <SegmentedControl
        aria-label="What is shown"
        value={show ?? "stock"}
        onChange={(value) => set({ show: value === "backorders" ? value : undefined, sort: undefined })}
        data={[
          { value: "stock", label: "Stock" },
          { value: "backorders", label: "Backorders" },
        ]}
        style={{ alignSelf: "start" }}
      />
      {show === "backorders" ? (
        <Backorders item={item} />
      ) : (
        <Panel>
          <Group px="md" pt="sm" justify="space-between">
            <Text fw={650}>Stock by item and warehouse</Text>
            <SegmentedControl
              size="xs"
              aria-label="Which stock"
              value={only ?? "all"}
              onChange={(value) => set({ only: value === "backordered" || value === "short" ? value : undefined })}
              data={[
                { value: "all", label: "All" },
                { value: "short", label: "None available" },
                { value: "backordered", label: "Backordered" },
              ]}
            />
          </Group>
          <List
            noun="stock level"
            reading={reading}
            columns={COLUMNS}
            csv={CSV}
            idOf={({ item: each, node }) => `${each} ${node}`}
            only={only && ((row) => (only === "backordered" ? row.backordered > 0 : row.available <= 0))}
            current={undefined}
            onOpen={(row) => {
              setTyped(row.item);
              set({ item: row.item });
            }}
            sort={sort}
            onSort={(next) => set({ sort: next })}
            none={
              item
                ? "No warehouse has ever had it; check the number."
                : "Only what was loaded is looked at; scroll all stock to load more."
            }
            height={item ? "40vh" : "calc(100vh - 290px)"}
          />
        </Panel>
      )}
    </Page>
  );
}
