import { Drawer, Group, Select, SimpleGrid, Table, Tabs, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { company, returnRequests, shipment, shipments, warehouseOrder, warehouseOrders } from "../../api/queries";
import type { Shipment, WarehouseOrder } from "../../api/types";
import { Status } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { List } from "../../components/List";
import { Description } from "../../components/Named";
import { Fact, Page, Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { words } from "../../lib/words";
import { ReturnContext } from "../exceptions/ReturnContext";
import { ByWarehouse } from "./ByWarehouse";
import { Intercept } from "./Intercept";
import { RETURN_STATES, RETURNS, RETURNS_CSV } from "./returns";
import { SourceAgain } from "./SourceAgain";
import { STANDING_NAMES, STANDINGS, type Standing } from "./standing";
import { Told } from "./Told";

const route = getRouteApi("/fulfilment");
const PROGRESS = ["created", "sent", "acknowledged", "picked", "completed", "rejected", "cancelled"];

type Line = WarehouseOrder["lines"][number];

function sum(lines: readonly Line[], of: (line: Line) => number | null | undefined): number {
  return lines.reduce((total, line) => total + (of(line) ?? 0), 0);
}

const ORDERS: readonly Column<WarehouseOrder>[] = [
  { id: "id", header: "Warehouse order", width: 128, cell: ({ id }) => <b>{id}</b>, by: ({ id }) => id },
  { id: "order", header: "Order", width: 96, cell: ({ order }) => order, by: ({ order }) => order },
  { id: "node", header: "Warehouse", width: 110, cell: ({ node }) => node, by: ({ node }) => node },
  {
    id: "progress",
    header: "Progress",
    width: 130,
    cell: ({ progress, cancel_requested }) => (
      <Status of={progress} {...(cancel_requested ? { label: "Asked back" } : {})} />
    ),
    by: ({ progress }) => PROGRESS.indexOf(progress),
  },
  {
    id: "units",
    header: "Units",
    width: 84,
    end: true,
    cell: ({ lines }) => sum(lines, ({ quantity }) => quantity),
    by: ({ lines }) => sum(lines, ({ quantity }) => quantity),
  },
  {
    id: "picked",
    header: "Picked",
    width: 84,
    end: true,
    cell: ({ lines }) => sum(lines, ({ picked }) => picked),
    by: ({ lines }) => sum(lines, ({ picked }) => picked),
  },
  {
    id: "shipped",
    header: "Shipped",
    width: 84,
    end: true,
    cell: ({ lines }) => sum(lines, ({ shipped }) => shipped),
    by: ({ lines }) => sum(lines, ({ shipped }) => shipped),
  },
  {
    id: "short",
    header: "Short",
    width: 84,
    end: true,
    cell: ({ lines }) => <Short units={sum(lines, ({ dropped }) => dropped)} />,
    by: ({ lines }) => sum(lines, ({ dropped }) => dropped),
  },
  {
    id: "released",
    header: "Released",
    width: 130,
    cell: ({ released_at }) => <When at={released_at} />,
    by: ({ released_at }) => released_at,
  },
  {
    id: "booking",
    header: "Booking",
    width: 160,
    grow: true,
    cell: ({ booking }) => booking ?? <span className="muted">not booked</span>,
    by: ({ booking }) => booking ?? "",
  },
];

function Short({ units }: { units: number }) {
  return units > 0 ? <span className="late">{units}</span> : <>0</>;
}

const SHIPMENTS: readonly Column<Shipment>[] = [
  { id: "id", header: "Shipment", width: 110, cell: ({ id }) => <b>{id}</b>, by: ({ id }) => id },
  { id: "order", header: "Order", width: 96, cell: ({ order }) => order, by: ({ order }) => order },
  { id: "node", header: "From", width: 100, cell: ({ node }) => node, by: ({ node }) => node },
  {
    id: "units",
    header: "Units",
    width: 84,
    end: true,
    cell: ({ lines }) => sum(lines, ({ quantity }) => quantity),
    by: ({ lines }) => sum(lines, ({ quantity }) => quantity),
  },
  {
    id: "shipped",
    header: "Shipped",
    width: 130,
    cell: ({ shipped_at }) => <When at={shipped_at} />,
    by: ({ shipped_at }) => shipped_at,
  },
  { id: "carrier", header: "Carrier", width: 120, cell: ({ carrier }) => carrier || "–", by: ({ carrier }) => carrier },
  {
    id: "tracking",
    header: "Tracking",
    width: 150,
    grow: true,
    cell: ({ tracking }) => tracking || "–",
    by: ({ tracking }) => tracking,
  },
  {
    id: "invoices",
    header: "Invoices",
    width: 120,
    cell: ({ invoices }) => invoices.join(", ") || <span className="soon">not billed</span>,
    by: ({ invoices }) => invoices.join(),
  },
  {
    id: "delivered",
    header: "Delivered",
    width: 120,
    cell: ({ delivered_at }) => <When at={delivered_at} />,
    by: ({ delivered_at }) => delivered_at ?? "",
  },
];

const ORDERS_CSV: readonly CsvColumn<WarehouseOrder>[] = [
  { header: "warehouse_order", value: ({ id }) => id },
  { header: "order", value: ({ order }) => order },
  { header: "warehouse", value: ({ node }) => node },
  { header: "progress", value: ({ progress }) => progress },
  { header: "released_at", value: ({ released_at }) => released_at },
  { header: "units", value: ({ lines }) => sum(lines, ({ quantity }) => quantity) },
  { header: "shipped", value: ({ lines }) => sum(lines, ({ shipped }) => shipped) },
  { header: "short", value: ({ lines }) => sum(lines, ({ dropped }) => dropped) },
];
const SHIPMENTS_CSV: readonly CsvColumn<Shipment>[] = [
  { header: "shipment", value: ({ id }) => id },
  { header: "order", value: ({ order }) => order },
  { header: "warehouse", value: ({ node }) => node },
  { header: "shipped_at", value: ({ shipped_at }) => shipped_at },
  { header: "carrier", value: ({ carrier }) => carrier },
  { header: "tracking", value: ({ tracking }) => tracking },
  { header: "delivered_at", value: ({ delivered_at }) => delivered_at },
];

/** What is with the warehouses, and what has left them. */
export function FulfilmentPage() {
  const { tab = "warehouse-orders", progress, node, stand, status, sort, open } = route.useSearch();
  const navigate = route.useNavigate();
  const nodes = useQuery(company).data?.warehouses ?? [];
  const filter = { ...(node && { node }), ...(progress && { progress }), ...(stand && { standing: stand }) };
  const orders = useInfiniteQuery({ ...warehouseOrders(filter), enabled: tab === "warehouse-orders" });
  const left = useInfiniteQuery({ ...shipments({}), enabled: tab === "shipments" });
  const back = useInfiniteQuery({ ...returnRequests(status ? { status } : {}), enabled: tab === "returns" });
  function set(change: {
    progress?: string | undefined;
    node?: string | undefined;
    stand?: Standing | undefined;
    status?: string | undefined;
    sort?: string | undefined;
    open?: string | undefined;
  }): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  }
  return (
    <Page title="Fulfilment">
      <Group gap="xs">
        {tab !== "returns" && (
          <Filter
            label="Warehouse"
            value={node}
            onChange={(value) => set({ node: value ?? undefined })}
            data={nodes.map(({ id, name }) => ({ value: id, label: name }))}
          />
        )}
        {tab === "returns" && (
          <Filter
            label="State of the return"
            value={status}
            onChange={(value) => set({ status: value ?? undefined })}
            data={RETURN_STATES.map((value) => ({ value, label: words(value) }))}
          />
        )}
        {tab === "warehouse-orders" && (
          <Filter
            label="Progress"
            value={progress}
            onChange={(value) => set({ progress: value ?? undefined })}
            data={PROGRESS.map((value) => ({ value, label: words(value) }))}
          />
        )}
        {tab === "warehouse-orders" && (
          <Filter
            label="How it stands"
            value={stand}
            onChange={(value) => set({ stand: STANDINGS.find((each) => each === value) })}
            data={STANDINGS.map((value) => ({ value, label: STANDING_NAMES[value] }))}
          />
        )}
      </Group>
      {tab === "warehouse-orders" && <ByWarehouse />}
      <Panel>
        <Tabs
          value={tab}
          onChange={(next) =>
            void navigate({
              search: (before) => ({
                ...before,
                tab: next === "shipments" || next === "returns" ? next : undefined,
                sort: undefined,
              }),
              replace: true,
            })
          }
          keepMounted={false}
        >
          <Tabs.List>
            <Tabs.Tab value="warehouse-orders">Warehouse orders</Tabs.Tab>
            <Tabs.Tab value="shipments">Shipments</Tabs.Tab>
            <Tabs.Tab value="returns">Returns</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="warehouse-orders">
            <List
              noun="warehouse order"
              reading={orders}
              columns={ORDERS}
              csv={ORDERS_CSV}
              idOf={({ id }) => id}
              height="calc(100vh - 430px)"
              current={open}
              onOpen={({ id }) => set({ open: id })}
              sort={sort}
              onSort={(next) => set({ sort: next })}
              none={
                node || progress || stand
                  ? "None stands so: choose something else above."
                  : "Orders are released to warehouses by themselves, once nothing holds them."
              }
            />
          </Tabs.Panel>
          <Tabs.Panel value="shipments">
            <List
              noun="shipment"
              reading={left}
              columns={SHIPMENTS}
              csv={SHIPMENTS_CSV}
              idOf={({ id }) => id}
              only={node ? (row) => row.node === node : undefined}
              current={open}
              onOpen={({ id }) => set({ open: id })}
              sort={sort}
              onSort={(next) => set({ sort: next })}
              none="Shipments appear as warehouses confirm them."
            />
          </Tabs.Panel>
          <Tabs.Panel value="returns">
            <List
              noun="return"
              reading={back}
              columns={RETURNS}
              csv={RETURNS_CSV}
              idOf={({ id }) => id}
              current={open}
              onOpen={({ id }) => set({ open: id })}
              sort={sort}
              onSort={(next) => set({ sort: next })}
              none={
                status
                  ? "None is so far: choose another state above."
                  : "What customers want to give back waits here for a decision, whoever asks for it."
              }
            />
          </Tabs.Panel>
        </Tabs>
      </Panel>
      <Drawer
        opened={open !== undefined}
        onClose={() => set({ open: undefined })}
        position="right"
        size="lg"
        title={<Text fw={650}>{open}</Text>}
      >
        {open?.startsWith("WO") && <OrderDetails id={open} />}
        {open?.startsWith("SH") && <ShipmentDetails id={open} />}
        {open?.startsWith("RT") && <ReturnDetails id={open} />}
      </Drawer>
    </Page>
  );
}

function OrderDetails({ id }: { id: string }) {
  const reading = useQuery(warehouseOrder(id));
  return (
    <Reading of={reading}>
      {(found) => (
        <>
          <SimpleGrid cols={3} component="dl" m={0} mb="md">
            <Fact name="Order">
              <Link to="/orders/$order" params={{ order: found.order }}>
                {found.order}
              </Link>
            </Fact>
            <Fact name="Warehouse">{found.node}</Fact>
            <Fact name="Progress">
              <Status of={found.progress} />
            </Fact>
            <Fact name="Released">
              <When at={found.released_at} />
            </Fact>
            <Fact name="Booking">{found.booking ?? "none"}</Fact>
            <Fact name="Asked back">{found.cancel_requested ? "yes" : "no"}</Fact>
          </SimpleGrid>
          <Units lines={found.lines} />
          <Told order={found} />
          <SourceAgain order={found} />
          <Text size="sm" mt="md">
            Shipments:{" "}
            {found.shipments.length === 0
              ? "none yet"
              : found.shipments.map((each) => (
                  <span key={each}>
                    <Link to="/fulfilment" search={{ tab: "shipments", open: each }}>
                      {each}
                    </Link>{" "}
                  </span>
                ))}
          </Text>
        </>
      )}
    </Reading>
  );
}

function ShipmentDetails({ id }: { id: string }) {
  const reading = useQuery(shipment(id));
  return (
    <Reading of={reading}>
      {(found) => (
        <>
          <SimpleGrid cols={3} component="dl" m={0} mb="md">
            <Fact name="Order">
              <Link to="/orders/$order" params={{ order: found.order }}>
                {found.order}
              </Link>
            </Fact>
            <Fact name="From">{found.node}</Fact>
            <Fact name="Warehouse order">
              <Link to="/fulfilment" search={{ open: found.warehouse_order }}>
                {found.warehouse_order}
              </Link>
            </Fact>
            <Fact name="Shipped">
              <When at={found.shipped_at} />
            </Fact>
            <Fact name="Carrier">{found.carrier || "–"}</Fact>
            <Fact name="Tracking">{found.tracking || "–"}</Fact>
            <Fact name="Delivered">
              <When at={found.delivered_at} />
            </Fact>
            <Fact name="Invoices">
              {found.invoices.length === 0
                ? "not billed"
                : found.invoices.map((invoice) => (
                    <Link key={invoice} to="/finance/invoices" search={{ open: invoice }}>
                      {invoice}
                    </Link>
                  ))}
            </Fact>
          </SimpleGrid>
          <Units lines={found.lines} />
          <Intercept shipment={found} />
        </>
      )}
    </Reading>
  );
}

interface FilterProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string | null) => void;
  readonly data: readonly { readonly value: string; readonly label: string }[];
}

/** Shows those alone that have one of several values. */
function Filter({ label, value, onChange, data }: FilterProps) {
  return (
    <Select
      aria-label={label}
      placeholder={label}
      clearable
      value={value ?? null}
      onChange={onChange}
      data={[...data]}
      w={180}
    />
  );
}

/** What is asked for, and where somebody decides on it. */
function ReturnDetails({ id }: { id: string }) {
  return (
    <>
      <ReturnContext id={id} />
      <Text size="sm" mt="md">
        <Link to="/exceptions" search={{ kind: "RETURN-DISCREPANCY", q: id }}>
          Its case
        </Link>{" "}
        is where somebody with the authority decides on it.
      </Text>
    </>
  );
}

const UNITS = ["quantity", "picked", "shipped", "dropped", "invoiced"] as const;

function Units({ lines }: { lines: readonly Line[] }) {
  const shown = UNITS.filter((name) => lines.some((line) => line[name] !== undefined && line[name] !== null));
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Line</Table.Th>
          <Table.Th>Item</Table.Th>
          {shown.map((name) => (
            <Table.Th key={name} className="num">
              {name === "dropped" ? "Short" : words(name)}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lines.map((line) => (
          <Table.Tr key={line.line}>
            <Table.Td>{line.line}</Table.Td>
            <Table.Td>
              <Link to="/availability" search={{ item: line.item }}>
                {line.item}
              </Link>{" "}
              <Description of={line.item} />
            </Table.Td>
            {shown.map((name) => (
              <Table.Td key={name} className="num">
                {line[name] ?? "–"}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
