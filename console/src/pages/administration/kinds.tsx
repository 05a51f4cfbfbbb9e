import type { ReactNode } from "react";
import type { Account, Company, Item, PriceBook, Rate } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Tag } from "../../components/badges";
import type { Column } from "../../components/Grid";
import type { CsvColumn } from "../../lib/csv";
import { size } from "../../lib/money";
import { day } from "../../lib/time";
import { count, words } from "../../lib/words";

/** How one kind of master data is listed. */
export interface Shown<T> {
  readonly noun: string;
  readonly plural?: string;
  readonly columns: readonly Column<T>[];
  readonly csv: readonly CsvColumn<T>[];
  readonly idOf: (row: T) => string;
  readonly none: ReactNode;
  /** Whether one of it has details beside the list. */
  readonly opens?: boolean;
}

/** A column of plain text, and the same for the export. */
interface Told<T> {
  readonly id: string;
  readonly header: string;
  readonly width: number;
  readonly grow?: boolean;
  readonly end?: boolean;
  readonly of: (row: T) => string | number | null | undefined;
  readonly cell?: (row: T) => ReactNode;
  readonly by?: (row: T) => string | number;
}

function told<T>(columns: readonly Told<T>[]): Pick<Shown<T>, "columns" | "csv"> {
  return {
    columns: columns.map(({ id, header, width, grow, end, of, cell, by }) => ({
      id,
      header,
      width,
      ...(grow ? { grow } : {}),
      ...(end ? { end } : {}),
      cell: cell ?? ((row: T) => of(row) ?? "–"),
      by: by ?? ((row: T) => of(row) ?? ""),
    })),
    csv: columns.map(({ id, of }) => ({ header: id, value: of })),
  };
}

export const ITEMS: Shown<Item> = {
  noun: "item",
  idOf: ({ id }) => id,
  none: "Import a file of the kind `items`.",
  opens: true,
  ...told<Item>([
    { id: "id", header: "Item", width: 120, of: ({ id }) => id, cell: ({ id }) => <b>{id}</b> },
    {
      id: "description",
      header: "Description",
      width: 240,
      grow: true,
      of: ({ description }) => description,
      cell: ({ description, discontinued }) => (
        <>
          {description} {discontinued && <Tag tone="orange">Discontinued</Tag>}
        </>
      ),
    },
    { id: "base_uom", header: "Unit", width: 70, of: ({ base_uom }) => base_uom },
    {
      id: "list_price",
      header: "List price",
      width: 100,
      end: true,
      of: ({ list_price }) => list_price,
      by: ({ list_price }) => Number(list_price ?? -1),
    },
    { id: "tax_category", header: "Tax", width: 100, of: ({ tax_category }) => words(tax_category) },
    { id: "weight_grams", header: "Weight, g", width: 96, end: true, of: ({ weight_grams }) => weight_grams },
    { id: "aliases", header: "Other codes", width: 170, of: ({ aliases }) => aliases.join(", ") || "–" },
  ]),
};

export const PRICES: Shown<PriceBook> = {
  noun: "price book",
  idOf: ({ code }) => code,
  none: "Items are sold at their list prices as long as there is no price book.",
  opens: true,
  ...told<PriceBook>([
    { id: "code", header: "Price book", width: 190, of: ({ code }) => code, cell: ({ code }) => <b>{code}</b> },
    { id: "description", header: "Description", width: 240, grow: true, of: ({ description }) => description },
    { id: "currency", header: "Currency", width: 110, of: ({ currency }) => currency ?? "the company’s" },
    { id: "items", header: "Items", width: 90, end: true, of: ({ items }) => items },
  ]),
};

const ACCOUNT: readonly Told<Account>[] = [
  { id: "id", header: "Account", width: 100, of: ({ id }) => id, cell: ({ id }) => <b>{id}</b> },
  { id: "name", header: "Name", width: 220, grow: true, of: ({ name }) => name },
];
const NO_CUSTOMERS = "Import a file of the kind `customers`.";

export const CUSTOMERS: Shown<Account> = {
  noun: "customer",
  idOf: ({ id }) => id,
  none: NO_CUSTOMERS,
  opens: true,
  ...told<Account>([
    ...ACCOUNT,
    { id: "tier", header: "Tier", width: 80, end: true, of: ({ tier }) => tier },
    { id: "payer", header: "Paid by", width: 120, of: ({ payer }) => payer ?? "itself" },
    {
      id: "blocked",
      header: "Blocked",
      width: 100,
      of: ({ blocked }) => (blocked ? "blocked" : ""),
      cell: ({ blocked }) => (blocked ? <Tag tone="red">Blocked</Tag> : "–"),
    },
  ]),
};

export const TERMS: Shown<Account> = {
  noun: "customer",
  idOf: ({ id }) => id,
  none: NO_CUSTOMERS,
  opens: true,
  ...told<Account>([
    ...ACCOUNT,
    { id: "net_days", header: "Net days", width: 100, end: true, of: ({ terms }) => terms.net_days },
    {
      id: "discount",
      header: "Early payment",
      width: 170,
      of: ({ terms }) =>
        Number(terms.discount_percent) === 0
          ? "no discount"
          : `${terms.discount_percent} % in ${count(terms.discount_days, "day")}`,
    },
    { id: "prepayment", header: "Prepaid", width: 90, of: ({ terms }) => (terms.prepayment ? "yes" : "no") },
    { id: "billing", header: "Billing", width: 180, of: ({ billing }) => billing },
  ]),
};

export const LIMITS: Shown<Account> = {
  noun: "customer",
  idOf: ({ id }) => id,
  none: NO_CUSTOMERS,
  opens: true,
  ...told<Account>([
    ...ACCOUNT,
    {
      id: "credit_limit",
      header: "Credit limit",
      width: 140,
      end: true,
      of: ({ credit_limit }) => credit_limit?.amount,
      cell: ({ credit_limit }) => (credit_limit ? <Amount of={credit_limit} /> : <span className="muted">none</span>),
      by: ({ credit_limit }) => (credit_limit ? size(credit_limit) : Number.MAX_VALUE),
    },
    {
      id: "exposure",
      header: "Exposure",
      width: 140,
      end: true,
      of: ({ exposure }) => exposure.amount,
      cell: ({ exposure }) => <Amount of={exposure} />,
      by: ({ exposure }) => size(exposure),
    },
  ]),
};

type Warehouse = Company["warehouses"][number];

export const WAREHOUSES: Shown<Warehouse> = {
  noun: "warehouse",
  idOf: ({ id }) => id,
  none: "Import a file of the kind `warehouses`.",
  ...told<Warehouse>([
    { id: "id", header: "Warehouse", width: 110, of: ({ id }) => id, cell: ({ id }) => <b>{id}</b> },
    { id: "name", header: "Name", width: 180, grow: true, of: ({ name }) => name },
    { id: "tier", header: "Asked", width: 80, end: true, of: ({ tier }) => tier },
    { id: "cut_off", header: "Cut-off", width: 90, of: ({ cut_off }) => cut_off },
    {
      id: "collected",
      header: "Collected on",
      width: 170,
      of: ({ calendar, carrier_calendar }) => (carrier_calendar ?? calendar).week.replaceAll("|", ", "),
    },
    {
      id: "cost",
      header: "Per shipment",
      width: 120,
      end: true,
      of: ({ cost_per_shipment }) => cost_per_shipment.amount,
      cell: ({ cost_per_shipment }) => <Amount of={cost_per_shipment} />,
      by: ({ cost_per_shipment }) => size(cost_per_shipment),
    },
    {
      id: "transit_days",
      header: "Days on the road",
      width: 220,
      of: ({ transit_days }) =>
        Object.entries(transit_days)
          .map(([country, days]) => `${country === "*" ? "others" : country} ${days}`)
          .join(", "),
    },
    { id: "closed", header: "In use", width: 90, of: ({ closed }) => (closed ? "closed" : "yes") },
  ]),
};

interface CalendarRow {
  readonly of: string;
  readonly calendar: Company["calendar"];
}

/** The calendars of the company, of its warehouses, and of the carriers that collect there where those work on other days. */
export function calendarsOf({ calendar, warehouses }: Company): CalendarRow[] {
  const each = warehouses.flatMap(({ id, calendar: own, carrier_calendar }) => [
    { of: id, calendar: own },
    ...(carrier_calendar ? [{ of: `${id}, carrier`, calendar: carrier_calendar }] : []),
  ]);
  return [{ of: "company", calendar }, ...each];
}

export const CALENDARS: Shown<CalendarRow> = {
  noun: "calendar",
  idOf: ({ of }) => of,
  none: "Import a file of the kind `calendars`.",
  ...told<CalendarRow>([
    { id: "of", header: "Of", width: 130, of: ({ of }) => of, cell: ({ of }) => <b>{of}</b> },
    { id: "week", header: "Works on", width: 190, of: ({ calendar }) => calendar.week.replaceAll("|", ", ") },
    { id: "hours", header: "Hours", width: 130, of: ({ calendar }) => `${calendar.opens} to ${calendar.closes}` },
    {
      id: "utc_offset",
      header: "Minutes ahead of UTC",
      width: 170,
      end: true,
      of: ({ calendar }) => calendar.utc_offset,
    },
    {
      id: "holidays",
      header: "Holidays",
      width: 240,
      grow: true,
      of: ({ calendar }) => calendar.holidays.map(day).join(", ") || "none",
    },
  ]),
};

type Tax = Company["taxes"][number];

export const TAXES: Shown<Tax> = {
  noun: "tax",
  plural: "taxes",
  idOf: ({ jurisdiction, category, from }) => `${jurisdiction} ${category} ${from ?? ""}`,
  none: "Import a file of the kind `taxes`.",
  ...told<Tax>([
    { id: "jurisdiction", header: "Where", width: 130, of: ({ jurisdiction }) => jurisdiction },
    { id: "category", header: "Category", width: 180, grow: true, of: ({ category }) => words(category) },
    {
      id: "rate",
      header: "Rate, %",
      width: 100,
      end: true,
      of: ({ rate }) => rate,
      by: ({ rate }) => Number(rate),
    },
    { id: "from", header: "From", width: 140, of: ({ from }) => (from ? day(from) : "since ever") },
  ]),
};

export const RATES: Shown<Rate> = {
  noun: "rate",
  idOf: ({ currency, day: of, source }) => `${currency} ${of} ${source}`,
  none: "Import a file of the kind `rates`; the company’s own currency needs none.",
  ...told<Rate>([
    { id: "currency", header: "Currency", width: 110, of: ({ currency }) => currency },
    { id: "day", header: "From", width: 140, of: (row) => row.day, cell: (row) => day(row.day) },
    {
      id: "rate",
      header: "One of it is worth",
      width: 170,
      end: true,
      of: ({ rate }) => rate,
      by: ({ rate }) => Number(rate),
    },
    { id: "source", header: "Source", width: 160, grow: true, of: ({ source }) => source },
  ]),
};

type Group = Company["channel_groups"][number];

export const GROUPS: Shown<Group> = {
  noun: "channel group",
  idOf: ({ code }) => code,
  none: "Everybody orders from the same stock: there are no groups that it is kept for.",
  ...told<Group>([
    { id: "code", header: "Group", width: 130, of: ({ code }) => code, cell: ({ code }) => <b>{code}</b> },
    { id: "parent", header: "Part of", width: 120, of: ({ parent }) => parent },
    { id: "channels", header: "Channels", width: 150, of: ({ channels }) => channels.join(", ") || "all" },
    { id: "countries", header: "Countries", width: 150, of: ({ countries }) => countries.join(", ") || "all" },
    { id: "accounts", header: "Accounts", width: 180, grow: true, of: ({ accounts }) => accounts.join(", ") || "all" },
    { id: "weight", header: "Weight", width: 90, end: true, of: ({ weight }) => weight },
    { id: "overflow", header: "Overflow", width: 100, of: ({ overflow }) => (overflow ? "yes" : "no") },
  ]),
};
