import { Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { account, order } from "../../api/queries";
import { mayNotPost } from "../../api/rights";
import type { Order } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Status } from "../../components/badges";
import { GuardedButton } from "../../components/GuardedButton";
import { Fact } from "../../components/Page";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import { count } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { correctable, waitsForSupply } from "../order/buckets";
import { CorrectLine, Substitute } from "../order/Mend";

/** The order that a case keeps, and how its customer stands. */
export function OrderContext({ id, line }: { id: string; line?: number | null | undefined }) {
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
            <Mend order={found} about={line} />
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

/** The ways to mend an order so that its case ends by itself: a line is put right, or something else is sent. */
function Mend({ order: of, about }: { order: Order; about: number | null | undefined }) {
  const me = useMe();
  const [dialog, setDialog] = useState<"correct" | "substitute">();
  const close = (): void => setDialog(undefined);
  return (
    <Group gap="xs">
      {correctable(of).length > 0 && (
        <GuardedButton
          size="xs"
          variant="default"
          why={mayNotPost("/v1/orders/{order}/lines/{line}/correction", me)}
          onClick={() => setDialog("correct")}
        >
          Put a line right …
        </GuardedButton>
      )}
      {waitsForSupply(of).length > 0 && (
        <GuardedButton
          size="xs"
          variant="default"
          why={mayNotPost("/v1/orders/{order}/substitutions", me)}
          onClick={() => setDialog("substitute")}
        >
          Send something else …
        </GuardedButton>
      )}
      {dialog === "correct" && <CorrectLine order={of} about={about} onClose={close} />}
      {dialog === "substitute" && <Substitute order={of} about={about} onClose={close} />}
    </Group>
  );
}
