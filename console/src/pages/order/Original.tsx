import { Button, Group, Switch, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { orderOriginal } from "../../api/queries";
import type { Order } from "../../api/types";
import { Tag } from "../../components/badges";
import { Heads } from "../../components/Heads";
import { Reading } from "../../components/states";
import { download } from "../../lib/csv";
import { formatMoney } from "../../lib/money";
import { count } from "../../lib/words";
import { differences, expected, linesOf } from "./asked";
import { notNamed, type Row, rowsOf } from "./document";

/** So many rows of a document are shown; the whole of it can be saved. */
const SHOWN = 1_000;

/** The document as it was received, beside what was understood. */
export function Original({ order }: { order: Order }) {
  const reading = useQuery(orderOriginal(order.id));
  return <Reading of={reading}>{({ text, type }) => <Both order={order} text={text} type={type} />}</Reading>;
}

function Both({ order, text, type }: { order: Order; text: string; type: string }) {
  const rows = useMemo(() => rowsOf(text, order), [text, order]);
  const missing = useMemo(() => notNamed(rows, order), [rows, order]);
  const differs = useMemo(() => differences(linesOf(text, rows, order), order), [text, rows, order]);
  const wanted = useMemo(() => expected(order), [order]);
  const mine = rows.filter(({ isMine }) => isMine);
  const counted = (of: readonly Row[]): string =>
    count(of.filter((row) => !row.isHead && row.text !== "").length, "row");
  const hasOthers = mine.length < rows.length;
  const [all, setAll] = useState(false);
  return (
    <div style={{ padding: 16 }}>
      <Group justify="space-between" mb="xs">
        <Text size="sm" className="muted">
          As it was received
          {hasOthers && `: ${counted(mine)} of a file with ${counted(rows)}`}
        </Text>
        <Group gap="sm">
          {hasOthers && (
            <Switch
              size="xs"
              label="The whole file"
              checked={all}
              onChange={(event) => setAll(event.currentTarget.checked)}
            />
          )}
          <Button
            size="xs"
            variant="default"
            onClick={() => download(`${order.id}-original`, text, type || "text/plain")}
          >
            Save it
          </Button>
        </Group>
      </Group>
      <div className="beside-document">
        <Document rows={all ? rows : mine} isMarked={all} />
        <section aria-label="What was understood">
          <Title order={3} mb={4}>
            What was understood
          </Title>
          <Table>
            <Heads of={["Item", { num: "Ordered" }, { num: "Price" }]} />
            <Table.Tbody>
              {order.lines.map(({ line, item, ordered, price }) => (
                <Table.Tr key={line}>
                  <Table.Td>
                    {item} {missing.has(item) && <Tag tone="orange">Another code there</Tag>}
                  </Table.Td>
                  <Table.Td className="num">
                    {ordered} <Said how="asked" what={differs.get(line)?.quantity} />
                  </Table.Td>
                  <Table.Td className="num">
                    {formatMoney({ amount: price, currency: order.net.currency })}{" "}
                    <Said how="asked" what={differs.get(line)?.price} />
                    <Said how="expected" what={wanted.get(line)} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      </div>
    </div>
  );
}

/** What was asked for or expected, where it is not what was understood. */
function Said({ how, what }: { how: "asked" | "expected"; what: number | undefined }) {
  return what === undefined ? null : <Tag tone="orange">{`${how} ${what}`}</Tag>;
}

function Document({ rows, isMarked }: { rows: readonly Row[]; isMarked: boolean }) {
  return (
    <div style={{ minWidth: 0 }}>
      <pre className="document" tabIndex={0} role="region" aria-label="Original document">
        {rows.slice(0, SHOWN).map(({ text, isMine }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is known by its place
          <span key={at} className={isMarked && isMine ? "marked" : undefined}>
            {`${text}\n`}
          </span>
        ))}
      </pre>
      {rows.length > SHOWN && <Text size="xs">The rest is left out here; save it to see all of it.</Text>}
    </div>
  );
}
