import { Button, Checkbox, CloseButton, Group, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type DragEvent, type KeyboardEvent, useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { mayNotPost } from "../../api/rights";
import type { Account, Payment } from "../../api/types";
import { GuardedButton } from "../../components/GuardedButton";
import { Refusal } from "../../components/Refusal";
import { formatMoney, fromMinor, type Money, toMinor } from "../../lib/money";
import { day } from "../../lib/time";
import { count, inWords } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { CODES, type Rest } from "./deductions";
import { split, wrongAmount } from "./spread";

/** Everything that a match may move. */
export const MOVED = ["payments", "exceptions", "accounts", "orders", "progress", "invoices"] as const;

/** What is dragged: the money, or an invoice by its id. */
const MONEY = "the money";

interface Props {
  readonly payment: Payment;
  readonly money: Money;
  readonly customer: Account;
}

interface Match {
  readonly items: { invoice: string; amount: Money }[];
  readonly rest: Rest;
  readonly code: string;
  readonly reason: string;
}

/** Matches, and puts what was not paid of an item into dispute where that is asked for. */
async function matchAll(
  payment: string,
  { items, rest, code, reason }: Match,
  short: Short[],
  key: string,
): Promise<void> {
  await post("/v1/payments/{payment}/matches", {
    path: { payment },
    body: { items, write_off: rest === "write_off" },
    idempotencyKey: key,
  });
  if (rest !== "dispute") return;
  for (const { invoice, amount } of short) {
    await post("/v1/invoices/{invoice}/disputes", {
      path: { invoice },
      body: { amount, code, reason },
      idempotencyKey: `${key}-${invoice}`,
    });
  }
}

/** What an item would still have open. */
interface Short {
  readonly invoice: string;
  readonly amount: Money;
}

/** Matches by hand: invoices are dragged to the money, or the money to an invoice; or both are done with the keys. */
export function MatchBoard({ payment, money, customer }: Props) {
  const why = mayNotPost("/v1/payments/{payment}/matches", useMe());
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState<ReadonlyMap<string, string>>(new Map());
  const [rest, setRest] = useState<Rest>("open");
  const [code, setCode] = useState("UNK");
  const [reason, setReason] = useState("");
  const open = customer.open_items.filter(({ invoice }) => chosen.includes(invoice));
  const items = split(money, open, typed);
  const short = shortOf(open, items);
  const match = useChange((value: Match, key) => matchAll(payment.id, value, short, key), MOVED);
  const put = useChange(
    (value: { account: string }, idempotencyKey) =>
      post("/v1/payments/{payment}/on-account", { path: { payment: payment.id }, body: value, idempotencyKey }),
    MOVED,
  );
  const over = toMinor(money) - items.reduce((sum, { amount }) => sum + toMinor(amount), 0n);
  const isWrong =
    over < 0n ||
    open.some(({ invoice, open: all }) => wrongAmount(typed.get(invoice) ?? "", all) !== undefined) ||
    (rest === "dispute" && short.length > 0 && reason.trim() === "");
  const candidates = payment.candidates.filter((candidate) =>
    candidate.invoices.every((each) => customer.open_items.some(({ invoice }) => invoice === each)),
  );
  const add = (invoice: string): void => setChosen([...new Set([...chosen, invoice])]);
  function toggle(invoice: string): void {
    setChosen(chosen.includes(invoice) ? chosen.filter((each) => each !== invoice) : [...chosen, invoice]);
    setTyped(new Map([...typed].filter(([each]) => each !== invoice)));
  }
  function submit(): void {
    if (items.length === 0 || isWrong || match.isPending || why !== undefined) return;
    match.mutate(
      { items, rest, code, reason: reason.trim() },
      { onSuccess: () => void notifications.show({ message: `${payment.id} is matched`, color: "dock" }) },
    );
  }
  return (
    <Stack gap="sm" onKeyDown={(event) => onKeys(event, submit)}>
      {candidates.length > 0 && (
        <Group gap="xs">
          <Text size="sm">Found:</Text>
          {candidates.map(({ invoices, evidence }) => (
            <Button key={invoices.join()} size="compact-sm" variant="light" onClick={() => setChosen(invoices)}>
              {invoices.join(", ")} ({inWords(evidence)})
            </Button>
          ))}
        </Group>
      )}
      <DropMoney money={money} left={over} isEmpty={open.length === 0} onInvoice={add}>
        {open.map((item) => (
          <Chosen
            key={item.invoice}
            item={item}
            share={items.find(({ invoice }) => invoice === item.invoice)?.amount}
            typed={typed.get(item.invoice) ?? ""}
            onTyped={(text) => setTyped(new Map([...typed, [item.invoice, text]]))}
            onRemove={() => toggle(item.invoice)}
          />
        ))}
      </DropMoney>
      {short.length > 0 && (
        <Group align="end" gap="xs">
          <Select
            label={`What stays open of ${count(short.length, "item")}`}
            value={rest}
            onChange={(value) => setRest((value as Rest | null) ?? "open")}
            allowDeselect={false}
            data={[
              { value: "open", label: "is still due" },
              { value: "write_off", label: "is written off" },
              { value: "dispute", label: "was deducted by the customer" },
            ]}
            w={230}
          />
          {rest === "dispute" && (
            <>
              <Select
                label="Deduction code"
                value={code}
                onChange={(value) => setCode(value ?? "UNK")}
                allowDeselect={false}
                data={Object.entries(CODES).map(([value, says]) => ({ value, label: `${value} · ${says}` }))}
                w={190}
              />
              <TextInput
                label="What the customer says"
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
                required
                style={{ flex: 1, minWidth: 160 }}
              />
            </>
          )}
        </Group>
      )}
      <OpenItems customer={customer} chosen={chosen} shares={items} onToggle={toggle} onMoney={add} />
      {(match.isError || put.isError) && <Refusal error={match.error ?? put.error} />}
      <Group>
        <GuardedButton why={why} disabled={items.length === 0 || isWrong} loading={match.isPending} onClick={submit}>
          Match {items.length > 0 ? items.map(({ invoice }) => invoice).join(", ") : "what is chosen"}
        </GuardedButton>
        <GuardedButton
          why={why}
          variant="default"
          loading={put.isPending}
          onClick={() => put.mutate({ account: customer.id })}
        >
          Put on account {customer.id}
        </GuardedButton>
        <Text size="xs" className="muted">
          <kbd className="key">↑</kbd> <kbd className="key">↓</kbd> move, <kbd className="key">space</kbd> chooses,{" "}
          <kbd className="key">Ctrl ↵</kbd> matches
        </Text>
      </Group>
    </Stack>
  );
}

type OpenItem = Account["open_items"][number];

function shortOf(open: readonly OpenItem[], items: readonly Short[]): Short[] {
  return items.flatMap(({ invoice, amount }) => {
    const item = open.find((each) => each.invoice === invoice);
    const left = item ? toMinor(item.open) - toMinor(amount) : 0n;
    return left > 0n ? [{ invoice, amount: fromMinor(left, amount.currency) }] : [];
  });
}

/** Arrows move between the invoices; Ctrl and Enter match. */
function onKeys(event: KeyboardEvent<HTMLElement>, submit: () => void): void {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    submit();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const target = event.target as HTMLElement;
  if (step === undefined || !target.matches("input[type=checkbox]")) return;
  const boxes = [...event.currentTarget.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
  boxes[boxes.indexOf(target as HTMLInputElement) + step]?.focus();
  event.preventDefault();
}

interface DropProps {
  readonly money: Money;
  /** What is left of it, in minor units; below zero where too much was given away. */
  readonly left: bigint;
  readonly isEmpty: boolean;
  readonly onInvoice: (invoice: string) => void;
  readonly children: React.ReactNode;
}

/** The money, to which invoices are dragged, and which can be dragged itself. */
function DropMoney({ money, left, isEmpty, onInvoice, children }: DropProps) {
  const drop = useDrop((what) => {
    if (what !== MONEY) onInvoice(what);
  });
  return (
    <section className={`drop${drop.isOver ? " over" : ""}`} aria-label="What the money pays" {...drop.handlers}>
      <Group justify="space-between">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: with the keys the invoices below are chosen instead */}
        <span className="draggable tag accent" draggable onDragStart={(event) => drag(event, MONEY)}>
          {formatMoney(money)}
        </span>
        <Text size="sm" className={left < 0n ? "late" : "muted"}>
          {left < 0n
            ? `${formatMoney(fromMinor(-left, money.currency))} too much`
            : `${formatMoney(fromMinor(left, money.currency))} left`}
        </Text>
      </Group>
      {isEmpty ? (
        <Text size="sm" className="muted">
          Drag invoices here, or the money to an invoice; or choose them below.
        </Text>
      ) : (
        <Stack gap={6}>{children}</Stack>
      )}
    </section>
  );
}

interface ChosenProps {
  readonly item: OpenItem;
  readonly share: Money | undefined;
  readonly typed: string;
  readonly onTyped: (text: string) => void;
  readonly onRemove: () => void;
}

/** An invoice that the money pays, and how much of it; without an amount it gets what is left. */
function Chosen({ item, share, typed, onTyped, onRemove }: ChosenProps) {
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <Text size="sm" style={{ flex: 1 }}>
        <b>{item.number || item.invoice}</b> <span className="muted">{formatMoney(item.open)} open</span>
      </Text>
      <TextInput
        aria-label={`Amount for ${item.invoice}`}
        size="xs"
        w={120}
        inputMode="decimal"
        placeholder={share ? share.amount : "0"}
        value={typed}
        onChange={(event) => onTyped(event.currentTarget.value)}
        error={wrongAmount(typed, item.open)}
      />
      <CloseButton size="sm" aria-label={`Take ${item.invoice} out`} onClick={onRemove} />
    </Group>
  );
}

interface ItemsProps {
  readonly customer: Account;
  readonly chosen: readonly string[];
  readonly shares: readonly Short[];
  readonly onToggle: (invoice: string) => void;
  readonly onMoney: (invoice: string) => void;
}

function OpenItems({ customer, chosen, shares, onToggle, onMoney }: ItemsProps) {
  if (customer.open_items.length === 0)
    return <Text size="sm">{customer.name} has no open item; the money can lie on its account.</Text>;
  return (
    <div style={{ maxHeight: 300, overflow: "auto" }}>
      <Table aria-label={`Open items of ${customer.name}`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={36}>
              <span className="visually-hidden">Chosen</span>
            </Table.Th>
            <Table.Th>Invoice</Table.Th>
            <Table.Th>Order</Table.Th>
            <Table.Th>Due</Table.Th>
            <Table.Th className="num">Open</Table.Th>
            <Table.Th className="num">Would get</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {customer.open_items.map((item) => (
            <Item
              key={item.invoice}
              item={item}
              isChosen={chosen.includes(item.invoice)}
              share={shares.find(({ invoice }) => invoice === item.invoice)?.amount}
              onToggle={() => onToggle(item.invoice)}
              onMoney={() => onMoney(item.invoice)}
            />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

interface ItemProps {
  readonly item: OpenItem;
  readonly isChosen: boolean;
  readonly share: Money | undefined;
  readonly onToggle: () => void;
  readonly onMoney: () => void;
}

/** An open item: it is dragged to the money, and takes the money that is dropped on it. */
function Item({ item, isChosen, share, onToggle, onMoney }: ItemProps) {
  const drop = useDrop((what) => {
    if (what === MONEY) onMoney();
  });
  return (
    <Table.Tr
      draggable
      onDragStart={(event) => drag(event, item.invoice)}
      className={`draggable${drop.isOver ? " over" : ""}`}
      {...drop.handlers}
    >
      <Table.Td>
        <Checkbox size="xs" aria-label={`Choose ${item.invoice}`} checked={isChosen} onChange={onToggle} />
      </Table.Td>
      <Table.Td>
        {item.number} <span className="muted">{item.invoice}</span>
      </Table.Td>
      <Table.Td>{item.order}</Table.Td>
      <Table.Td>{day(item.due)}</Table.Td>
      <Table.Td className="num">{formatMoney(item.open)}</Table.Td>
      <Table.Td className="num">{share && formatMoney(share)}</Table.Td>
    </Table.Tr>
  );
}

function drag(event: DragEvent, what: string): void {
  event.dataTransfer.setData("text/plain", what);
  event.dataTransfer.effectAllowed = "link";
}

/** What is needed to take what is dragged here, and whether something is over it. */
function useDrop(onDrop: (what: string) => void) {
  const [isOver, setOver] = useState(false);
  return {
    isOver,
    handlers: {
      onDragOver: (event: DragEvent) => {
        event.preventDefault();
        event.dataTransfer.dropEffect = "link";
        setOver(true);
      },
      onDragLeave: () => setOver(false),
      onDrop: (event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        onDrop(event.dataTransfer.getData("text/plain"));
      },
    },
  };
}
