import { Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { account, order } from "../../api/queries";
import { Amount } from "../../components/Amount";
import { Status } from "../../components/badges";
import { Fact } from "../../components/Page";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import { count } from "../../lib/words";

/** The order that a case keeps, and how its customer stands. */
export function OrderContext({ id }: { id: string }) {
  const reading = useQuery(order(id));
  const accountId = reading.data?.account;
  const customer = useQuery({ ...account(accountId ?? ""), enabled: accountId !== undefined }).data;
  return (
    <Stack gap="xs" style={{ borderTop: "1px solid var(--cd-line)", paddingTop: 12 }}>
      <Reading of={reading} rows={3}>
        {(found) => (
          <>
            <Group justify="space-between">
              <Title order={3}>
                <Link to="/orders/$order" params={{ order: id }}>
                  Order {id}
                </Link>
              </Title>
              <Status of={found.status} />
            </Group>
            <dl style={{ display: "grid", gridTemplateColumns: "repeat(3, 1fr)", gap: "10px 16px", margin: 0 }}>
              <Fact name="Customer">{customer?.name ?? found.account}</Fact>
              <Fact name="Purchase order">{found.purchase_order || "–"}</Fact>
              <Fact name="Received">
                <When at={found.received_at} />
              </Fact>
              <Fact name="Net">
                <Amount of={found.net} />
              </Fact>
              {customer?.credit_limit && (
                <Fact name="Credit limit">
                  <Amount of={customer.credit_limit} />
                </Fact>
              )}
              {customer && (
                <Fact name="Owes">
                  <Amount of={customer.receivable} />
                </Fact>
              )}
            </dl>
            <Text size="sm" className="muted">
              {count(found.lines.length, "line")}
              {found.holds.length > 1 && `, ${count(found.holds.length, "hold")}`}
            </Text>
          </>
        )}
      </Reading>
    </Stack>
  );
}
