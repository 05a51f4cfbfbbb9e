import { Group, Stack, Table, Text, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Order, OrderLine } from "../../api/types";
import { Status } from "../../components/badges";
import { CsvButton } from "../../components/List";
import { Description } from "../../components/Named";
import type { CsvColumn } from "../../lib/csv";
import { formatMoney } from "../../lib/money";
import { day } from "../../lib/time";
import { AFTERWARDS, afterwards, BUCKETS, inWordsOf, parts } from "./buckets";

/** The lines of an order, and where their units are. */
export function Lines({ order }: { order: Order }) {
  const currency = order.net.currency;
  const used = BUCKETS.filter(({ name }) => order.lines.some((line) => line[name] > 0));
  return (
    <>
      <Group gap="md" px="md" pt="sm">
        <CsvButton name={`lines of ${order.id}`} rows={order.lines} columns={csvOf(currency)} />
        {used.map(({ name, words, colour }) => (
          <Group key={name} gap={6}>
            <span style={{ width: 10, height: 10, borderRadius: 3, background: colour }} aria-hidden="true" />
            <Text size="xs">{words}</Text>
          </Group>
        ))}
      </Group>
      <Table.ScrollContainer minWidth={820} maxHeight="60vh" type="native">
        <Table stickyHeader className="last-in-sight">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Line</Table.Th>
              <Table.Th>Item</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th className="num">Ordered</Table.Th>
              <Table.Th>Where the units are</Table.Th>
              <Table.Th className="num">Invoiced</Table.Th>
              <Table.Th className="num">Price</Table.Th>
              <Table.Th className="num">Tax</Table.Th>
              <Table.Th>Promised</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {order.lines.map((line) => (
              <Table.Tr key={line.line}>
                <Table.Td>{line.line}</Table.Td>
                <Table.Td>
                  <Link to="/availability" search={{ item: line.item }}>
                    {line.item}
                  </Link>
                  <Text size="xs" truncate maw={105}>
                    <Description of={line.item} />
                  </Text>
                  {line.replaces && (
                    <Text size="xs" className="soon">
                      instead of {line.replaces.item}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>
                  <Status of={line.state} />
                </Table.Td>
                <Table.Td className="num">{line.ordered}</Table.Td>
                <Table.Td>
                  <Stack gap={3}>
                    <span className="buckets" aria-hidden="true">
                      {parts(line).map(({ name, units, colour }) => (
                        <span key={name} style={{ flex: units, background: colour }} />
                      ))}
                    </span>
                    <Text size="xs">{inWordsOf(line)}</Text>
                    {afterwards(line) && (
                      <Text size="xs" className="muted">
                        Of what shipped: {afterwards(line)}
                      </Text>
                    )}
                  </Stack>
                </Table.Td>
                <Table.Td className="num">
                  {line.invoiced}
                  {line.credited > 0 && `, ${line.credited} credited`}
                </Table.Td>
                <Table.Td className="num">
                  <Tooltip label={`By ${line.price_rule || "the order"}`}>
                    <span tabIndex={0}>{formatMoney({ amount: line.price, currency })}</span>
                  </Tooltip>
                </Table.Td>
                <Table.Td className="num">{line.tax_rate} %</Table.Td>
                <Table.Td className="nowrap">
                  {line.promise ? day(line.promise) : <span className="muted">no date</span>}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

const csvOf = (currency: string): readonly CsvColumn<OrderLine>[] => [
  { header: "line", value: ({ line }) => line },
  { header: "item", value: ({ item }) => item },
  { header: "ordered", value: ({ ordered }) => ordered },
  ...BUCKETS.map(({ name }) => ({ header: name, value: (line: OrderLine) => line[name] })),
  { header: "state", value: ({ state }) => state },
  ...AFTERWARDS.map(({ name }) => ({ header: name, value: (line: OrderLine) => line[name] })),
  { header: "invoiced", value: ({ invoiced }) => invoiced },
  { header: "credited", value: ({ credited }) => credited },
  { header: "currency", value: () => currency },
  { header: "price", value: ({ price }) => price },
  { header: "price_rule", value: ({ price_rule }) => price_rule },
  { header: "tax_rate", value: ({ tax_rate }) => tax_rate },
  { header: "promised", value: ({ promise }) => promise },
];
