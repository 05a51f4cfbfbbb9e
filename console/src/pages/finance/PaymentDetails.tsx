import { Alert, Button, Group, SimpleGrid, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { account, payment as paymentOf } from "../../api/queries";
import { mayNotPost } from "../../api/rights";
import type { Payment } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Status } from "../../components/badges";
import { GuardedButton } from "../../components/GuardedButton";
import { Heads } from "../../components/Heads";
import { Fact } from "../../components/Page";
import { Refusal } from "../../components/Refusal";
import { Reading } from "../../components/states";
import { formatMoney, fromMinor, type Money, toMinor } from "../../lib/money";
import { day } from "../../lib/time";
import { inWords } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { MatchBoard, MOVED } from "./MatchBoard";

/** One payment: what the bank said, what it pays, and the match by hand. */
export function PaymentDetails({ id }: { id: string }) {
  const reading = useQuery(paymentOf(id));
  return (
    <Reading of={reading}>
      {(payment) => (
        <Stack>
          <SimpleGrid cols={3} component="dl" m={0}>
            <Fact name="Status">
              <Status of={payment.status} />
            </Fact>
            <Fact name="Amount">
              <Amount of={payment.amount} />
            </Fact>
            <Fact name="Value date">{day(payment.value_date)}</Fact>
            <Fact name="Payer">{payment.payer_name}</Fact>
            <Fact name="From">{payment.payer_account || "–"}</Fact>
            <Fact name="Bank reference">{payment.bank_reference}</Fact>
            <Fact name="Account">
              {payment.account ? (
                <Link to="/finance/accounts" search={{ account: payment.account }}>
                  {payment.account}
                </Link>
              ) : (
                "not recognised"
              )}
            </Fact>
            <Fact name="Recognised by">{payment.evidence ? inWords(payment.evidence) : "–"}</Fact>
            <Fact name="On account">
              <Amount of={payment.on_account} />
            </Fact>
          </SimpleGrid>
          <div>
            <Text size="sm" className="muted">
              Remittance
            </Text>
            <Text>“{payment.remittance || "nothing"}”</Text>
          </div>
          <Allocations payment={payment} />
          {toMinor(waitingMoney(payment)) > 0n && <Match payment={payment} />}
        </Stack>
      )}
    </Reading>
  );
}

/** What of a payment is not applied to anything. */
function waitingMoney(payment: Payment): Money {
  const applied = payment.allocations.reduce((sum, { amount }) => sum + toMinor(amount), 0n);
  return fromMinor(toMinor(payment.amount) - applied, payment.amount.currency);
}

function Allocations({ payment }: { payment: Payment }) {
  const why = mayNotPost("/v1/payments/{payment}/unapplications", useMe());
  const [taking, setTaking] = useState<string>();
  const [reason, setReason] = useState("");
  const undo = useChange(
    (value: { invoice: string; reason: string }, idempotencyKey) =>
      post("/v1/payments/{payment}/unapplications", { path: { payment: payment.id }, body: value, idempotencyKey }),
    MOVED,
  );
  if (payment.allocations.length === 0) return null;
  return (
    <section>
      <Title order={3}>Pays</Title>
      <Table>
        <Heads
          of={["Invoice", { num: "Amount" }, { num: "Discount" }, { num: "Deducted" }, { num: "Written off" }, ""]}
        />
        <Table.Tbody>
          {payment.allocations.map((allocation) => (
            <Table.Tr key={allocation.invoice}>
              <Table.Td>
                <Link to="/finance/invoices" search={{ open: allocation.invoice }}>
                  {allocation.invoice}
                </Link>
              </Table.Td>
              <Table.Td className="num">{formatMoney(allocation.amount)}</Table.Td>
              <Table.Td className="num">{formatMoney(allocation.discount)}</Table.Td>
              <Table.Td className="num">
                {formatMoney(allocation.deduction)} {allocation.code}
              </Table.Td>
              <Table.Td className="num">{formatMoney(allocation.written_off)}</Table.Td>
              <Table.Td>
                <GuardedButton
                  why={why}
                  size="compact-xs"
                  variant="default"
                  onClick={() => setTaking(allocation.invoice)}
                >
                  Take back …
                </GuardedButton>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {taking && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            undo.mutate({ invoice: taking, reason: reason.trim() }, { onSuccess: () => setTaking(undefined) });
          }}
        >
          <Group align="end" mt="sm">
            <TextInput
              label={`Why the match with ${taking} is taken back`}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              required
              style={{ flex: 1 }}
            />
            <Button type="submit" loading={undo.isPending} disabled={reason.trim() === ""}>
              Take it back
            </Button>
          </Group>
          {undo.isError && <Refusal error={undo.error} />}
        </form>
      )}
    </section>
  );
}

/** The match by hand: candidates that were found, or open items of an account, the money spread over what is chosen. */
function Match({ payment }: { payment: Payment }) {
  const [accountId, setAccountId] = useState(payment.account ?? "");
  const [typed, setTyped] = useState(accountId);
  const customer = useQuery({ ...account(accountId), enabled: accountId !== "" });
  const money = waitingMoney(payment);
  return (
    <section>
      <Title order={3}>
        {formatMoney(money)} {toMinor(payment.on_account) > 0n ? "lies on account" : "waits to be matched"}
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setAccountId(typed.trim());
        }}
      >
        <Group align="end" my="sm">
          <TextInput
            label="Account whose open items are shown"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" variant="default">
            Show
          </Button>
        </Group>
      </form>
      {accountId === "" ? (
        <Alert color="gray">
          The payer was not recognised. Name the account that it may be, and its open items appear here.
        </Alert>
      ) : (
        <Reading of={customer}>
          {(found) => <MatchBoard key={found.id} payment={payment} money={money} customer={found} />}
        </Reading>
      )}
    </section>
  );
}
