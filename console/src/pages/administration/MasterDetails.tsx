import { Group, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { account, item, priceBook, trail } from "../../api/queries";
import type { Account, Item, PriceBookDetails } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Heads } from "../../components/Heads";
import { CsvButton } from "../../components/List";
import { Fact } from "../../components/Page";
import { Reading } from "../../components/states";
import type { CsvColumn } from "../../lib/csv";
import { day } from "../../lib/time";
import { count, words } from "../../lib/words";
import { TRAIL_CSV, Trail } from "./Trail";

/** One record of master data as it is, and every change of it. */
export function MasterDetails({ subject, id }: { subject: string; id: string }) {
  return (
    <Stack>
      {subject === "item" && <OfItem id={id} />}
      {subject === "price_book" && <OfBook id={id} />}
      {subject === "account" && <OfAccount id={id} />}
      <HistoryOf subject={`${subject} ${id}`} />
    </Stack>
  );
}

function OfItem({ id }: { id: string }) {
  return <Reading of={useQuery(item(id))}>{(found: Item) => <ItemFacts of={found} />}</Reading>;
}

function ItemFacts({ of }: { of: Item }) {
  return (
    <SimpleGrid cols={3} component="dl" m={0}>
      <Fact name="Description">{of.description}</Fact>
      <Fact name="Counted in">{of.base_uom}</Fact>
      <Fact name="Also sold in">
        {of.uoms
          .map(({ uom, base, per }) => `${per === 1 ? "" : `${per} `}${uom} = ${base} ${of.base_uom}`)
          .join(", ") || "–"}
      </Fact>
      <Fact name="List price">{of.list_price ?? "none"}</Fact>
      <Fact name="Landed cost">{of.landed_cost ?? "not known"}</Fact>
      <Fact name="Tax category">{words(of.tax_category)}</Fact>
      <Fact name="Weight">{of.weight_grams} g</Fact>
      <Fact name="Hazardous">{of.hazardous ? "yes" : "no"}</Fact>
      <Fact name="Licence">{of.licence ?? "none needed"}</Fact>
      <Fact name="Export control">{of.export_control ?? "free"}</Fact>
      <Fact name="Other codes">{of.aliases.join(", ") || "–"}</Fact>
      <Fact name="Sent instead">
        {of.substitutes.map((each) => `${each.item} (${words(each.consent).toLowerCase()})`).join(", ") || "–"}
      </Fact>
      <Fact name="Stock">
        <Link to="/availability" search={{ item: of.id }}>
          Availability of {of.id}
        </Link>
      </Fact>
    </SimpleGrid>
  );
}

const PRICES: readonly CsvColumn<PriceBookDetails["prices"][number]>[] = [
  { header: "item", value: (row) => row.item },
  { header: "from", value: ({ from }) => from },
  { header: "to", value: ({ to }) => to },
  { header: "tiering", value: ({ tiering }) => tiering },
  { header: "quantity", value: ({ quantity }) => quantity },
  { header: "price", value: ({ price }) => price },
];

/** So many prices are shown; the file has all of them. */
const SHOWN = 500;

function OfBook({ id }: { id: string }) {
  return (
    <Reading of={useQuery(priceBook(id))}>
      {(book: PriceBookDetails) => (
        <>
          <Group justify="space-between">
            <Text size="sm">
              {count(book.prices.length, "price")} of {count(book.items, "item")}, in{" "}
              {book.currency ?? "the company’s currency"}
              {book.prices.length > SHOWN && `; the first ${SHOWN} are shown`}
            </Text>
            <CsvButton name={`prices of ${id}`} rows={book.prices} columns={PRICES} />
          </Group>
          <div
            style={{ maxHeight: "45vh", overflow: "auto" }}
            tabIndex={0}
            role="region"
            aria-label={`Prices of ${id}`}
          >
            <Table stickyHeader>
              <Heads of={["Item", "From", "To", { num: "From units" }, { num: "Price" }]} />
              <Table.Tbody>
                {book.prices.slice(0, SHOWN).map((price) => (
                  <Table.Tr key={`${price.item} ${price.from} ${price.to} ${price.quantity}`}>
                    <Table.Td>{price.item}</Table.Td>
                    <Table.Td>{price.from ? day(price.from) : "–"}</Table.Td>
                    <Table.Td>{price.to ? day(price.to) : "–"}</Table.Td>
                    <Table.Td className="num">{price.quantity}</Table.Td>
                    <Table.Td className="num">{price.price}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </>
      )}
    </Reading>
  );
}

function OfAccount({ id }: { id: string }) {
  return (
    <Reading of={useQuery(account(id))}>
      {(found: Account) => (
        <SimpleGrid cols={3} component="dl" m={0}>
          <Fact name="Name">{found.name}</Fact>
          <Fact name="Tier">{found.tier}</Fact>
          <Fact name="Blocked">{found.blocked ? "yes: no order passes" : "no"}</Fact>
          <Fact name="Terms">
            {found.terms.prepayment ? "prepaid" : `${count(found.terms.net_days, "day")} net`}
            {Number(found.terms.discount_percent) !== 0 &&
              `, ${found.terms.discount_percent} % within ${count(found.terms.discount_days, "day")}`}
          </Fact>
          <Fact name="Billing">{found.billing}</Fact>
          <Fact name="Credit limit">{found.credit_limit ? <Amount of={found.credit_limit} /> : "none"}</Fact>
          <Fact name="Paid by">{found.payer ?? "itself"}</Fact>
          <Fact name="What it owes">
            <Link to="/finance/accounts" search={{ account: id }}>
              Account {id}
            </Link>
          </Fact>
        </SimpleGrid>
      )}
    </Reading>
  );
}

/** Every change of one record, from the journal, the last one first. */
function HistoryOf({ subject }: { subject: string }) {
  const reading = useInfiniteQuery(trail({ subject }));
  const events = reading.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section aria-label={`History of ${subject}`}>
      <Group justify="space-between" mb={4}>
        <Title order={3}>History</Title>
        {events.length > 0 && <CsvButton name={`history of ${subject}`} rows={events} columns={TRAIL_CSV} />}
      </Group>
      <Trail events={events} nameOf={({ type }) => words(type.split(".").slice(2, -1).join(" "))} reading={reading} />
    </section>
  );
}
