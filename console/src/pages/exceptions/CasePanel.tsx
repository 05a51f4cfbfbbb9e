import { ActionIcon, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { company, exception as exceptionOf, exceptions } from "../../api/queries";
import type { Exception, Me } from "../../api/types";
import { Severity, Status } from "../../components/badges";
import { Fact } from "../../components/Page";
import { Reading } from "../../components/states";
import { Deadline, When } from "../../components/When";
import { formatMoney, fromMinor } from "../../lib/money";
import { either, inWords, words } from "../../lib/words";
import { Decide } from "./Decide";
import { DisputeContext } from "./DisputeContext";
import { OrderContext } from "./OrderContext";
import { ExceptionOwner } from "./Owner";
import { PaymentContext } from "./PaymentContext";
import { RETURN, ReturnContext } from "./ReturnContext";
import { TaskForm } from "./TaskForm";
import { TaskOwner } from "./TaskOwner";

/** A user task that is no exception of the catalogue stands in the queue as this. */
const PLAIN_TASK = "POLICY-OVERRIDE";

interface Props {
  readonly id: string;
  readonly me: Me | undefined;
  readonly onStep: (step: 1 | -1) => void;
  readonly onClose: () => void;
  readonly onDone: (action: string) => void;
}

/** One case: what it is about, what may be done, and by whom. */
export function CasePanel({ id, me, onStep, onClose, onDone }: Props) {
  const reading = useQuery(exceptionOf(id));
  return (
    <aside className="panel" aria-label={`Case ${id}`} style={{ position: "sticky", top: 68 }}>
      <Group justify="space-between" px="md" pt="sm" wrap="nowrap">
        <Title order={2}>Case {id}</Title>
        <Group gap={4}>
          <Tooltip label="Previous case (k)">
            <ActionIcon variant="subtle" color="gray" onClick={() => onStep(-1)} aria-label="Previous case">
              <IconArrowUp size={18} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Next case (j)">
            <ActionIcon variant="subtle" color="gray" onClick={() => onStep(1)} aria-label="Next case">
              <IconArrowDown size={18} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Close (Esc)">
            <ActionIcon variant="subtle" color="gray" onClick={onClose} aria-label="Close the case">
              <IconX size={18} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      <Reading of={reading}>{(exception) => <Case exception={exception} me={me} onDone={onDone} />}</Reading>
    </aside>
  );
}

function Case({
  exception,
  me,
  onDone,
}: {
  exception: Exception;
  me: Me | undefined;
  onDone: (action: string) => void;
}) {
  const currency = useQuery(company).data?.currency;
  const isOpen = exception.status === "open" || exception.status === "claimed";
  const task = exception.kind === PLAIN_TASK ? exception.task : undefined;
  const [kind, about] = exception.subject?.split(" ", 2) ?? [];
  return (
    <Stack gap="md" p="md" pt="xs" style={{ maxHeight: "calc(100vh - 130px)", overflowY: "auto" }}>
      <Group gap="xs">
        <Text fw={600}>{words(exception.kind)}</Text>
        <Severity of={exception.severity} />
        <Status of={exception.status} />
      </Group>
      <Text>{exception.reason}</Text>
      <dl style={{ display: "grid", gridTemplateColumns: "repeat(3, 1fr)", gap: "10px 16px", margin: 0 }}>
        {isOpen ? (
          <Fact name="To be resolved">
            <Deadline from={exception.raised_at} due={exception.resolve_by} />
          </Fact>
        ) : (
          <Fact name="Was due">
            <When at={exception.resolve_by} />
          </Fact>
        )}
        <Fact name="At stake">
          {currency && exception.amount_minor !== 0 ? formatMoney(fromMinor(exception.amount_minor, currency)) : "–"}
        </Fact>
        <Fact name="Raised">
          <When at={exception.raised_at} />
        </Fact>
        <Fact name="Owner">{words(exception.owner)}</Fact>
        <Fact name="May decide">{either(exception.deciders)}</Fact>
        <Fact name="Escalated">{exception.escalated_to ? `to ${inWords(exception.escalated_to)}` : "no"}</Fact>
        {exception.line && <Fact name="Line">{exception.line}</Fact>}
        {exception.account && (
          <Fact name="Account">
            <Link to="/finance/accounts" search={{ account: exception.account }}>
              {exception.account}
            </Link>
          </Fact>
        )}
        {exception.subject && (
          <Fact name="About">
            <Subject of={exception.subject} />
          </Fact>
        )}
        {exception.task && (
          <Fact name="Process">
            <Link to="/processes/instances/$instance" params={{ instance: exception.task.split("/")[0] ?? "" }}>
              why it waits
            </Link>
          </Fact>
        )}
      </dl>
      <SameCase of={exception} />
      {isOpen &&
        me &&
        (task ? (
          <TaskOwner key={task} task={task} exception={exception} me={me} />
        ) : (
          <ExceptionOwner exception={exception} me={me} />
        ))}
      {isOpen && task && <TaskForm key={task} task={task} onDone={() => onDone("complete")} />}
      {isOpen && me && currency && (
        <Decide key={exception.id} exception={exception} me={me} currency={currency} onDone={onDone} />
      )}
      {exception.kind === "DEDUCTION" && exception.subject && <DisputeContext exception={exception} />}
      {exception.resolution && (
        <div className="panel" style={{ padding: 12 }}>
          <Text size="sm" fw={600}>
            {words(exception.resolution.action)} by {exception.resolution.by}
          </Text>
          <Text size="sm">“{exception.resolution.reason}”</Text>
        </div>
      )}
      {kind === "return_request" && about && <ReturnContext id={about} />}
      {kind === "payment" && about && <PaymentContext id={about} />}
      {exception.order && <OrderContext id={exception.order} line={exception.line} />}
    </Stack>
  );
}

function Subject({ of }: { of: string }) {
  const [kind, id = ""] = of.split(" ", 2);
  if (kind === "payment") {
    return (
      <Link to="/finance/payments" search={{ open: id }}>
        payment {id}
      </Link>
    );
  }
  if (kind === "invoice") {
    return (
      <Link to="/finance/invoices" search={{ open: id }}>
        invoice {id}
      </Link>
    );
  }
  if (kind === "warehouse_order" || kind === "shipment") {
    return (
      <Link to="/fulfilment" search={{ open: id }}>
        {inWords(kind)} {id}
      </Link>
    );
  }
  if (kind === "return_request") {
    return (
      <Link from="/exceptions" search={(before) => before} hash={RETURN}>
        return request {id}
      </Link>
    );
  }
  return <>{`${inWords(kind ?? "")} ${id}`}</>;
}

/** Others that have the same cause, so that one looks once. */
function SameCase({ of }: { of: Exception }) {
  const { data } = useQuery({
    ...exceptions({ ...(of.case ? { case: of.case } : {}), status: "open" }),
    enabled: Boolean(of.case),
  });
  const others = data?.items.filter(({ id }) => id !== of.id) ?? [];
  if (!of.case || others.length === 0) return null;
  return (
    <Text size="sm">
      {others.length === 1 ? "Another one has" : `${others.length} others have`} the same cause ({of.case}):{" "}
      {others.slice(0, 6).map(({ id }, index) => (
        <span key={id}>
          {index > 0 && ", "}
          <Link from="/exceptions" search={(before) => ({ ...before, case: id })}>
            {id}
          </Link>
        </span>
      ))}
    </Text>
  );
}
