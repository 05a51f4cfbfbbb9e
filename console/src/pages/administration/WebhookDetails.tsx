import { Alert, Button, Group, Select, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { deliveries } from "../../api/queries";
import type { Delivery, Webhook } from "../../api/types";
import { FormDialog, ReasonField } from "../../components/FormDialog";
import type { Column } from "../../components/Grid";
import { Rows } from "../../components/List";
import { Fact } from "../../components/Page";
import { Refusal } from "../../components/Refusal";
import { Empty, Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { span } from "../../lib/time";
import { useDisableWebhook, useEnableWebhook, useNewSecret, useRedeliver, useRemoveWebhook } from "./mutations";
import { PutWebhook } from "./PutWebhook";

interface Props {
  readonly webhook: Webhook;
  readonly onSecret: (made: { id: string; secret: string }) => void;
  readonly onGone: () => void;
}

/** A webhook: where it stands, everything that can be done about it, and its last deliveries. */
export function WebhookDetails({ webhook, onSecret, onGone }: Props) {
  const [dialog, setDialog] = useState<"change" | "stop" | "go-on" | "secret" | "remove">();
  const close = (): void => setDialog(undefined);
  return (
    <Stack>
      {webhook.disabled && (
        <Alert color="red" title="Nothing is sent">
          {webhook.disabled}
        </Alert>
      )}
      <SimpleGrid cols={2} component="dl" m={0}>
        <Fact name="Goes to">{webhook.url}</Fact>
        <Fact name="What">{webhook.types.join(", ") || "everything"}</Fact>
        <Fact name="Delivered up to">entry {webhook.delivered.toLocaleString("en")}</Fact>
        <Fact name="Added">
          <When at={webhook.created_at} />
        </Fact>
        {webhook.earlier_secret_until && (
          <Fact name="The secret before is used as well until">
            <When at={webhook.earlier_secret_until} />
          </Fact>
        )}
      </SimpleGrid>
      <Group gap="xs">
        <Button variant="default" onClick={() => setDialog("change")}>
          Change …
        </Button>
        <Button variant="default" onClick={() => setDialog("secret")}>
          New secret …
        </Button>
        {webhook.disabled ? (
          <Button onClick={() => setDialog("go-on")}>Go on …</Button>
        ) : (
          <Button variant="default" onClick={() => setDialog("stop")}>
            Stop …
          </Button>
        )}
        <Button color="red" variant="light" onClick={() => setDialog("remove")}>
          Remove …
        </Button>
      </Group>
      <Deliveries of={webhook} />
      {dialog === "change" && (
        <PutWebhook of={webhook} onClose={close} onDone={() => told(`${webhook.id} is changed`)} />
      )}
      {dialog === "stop" && <Stop of={webhook.id} onClose={close} />}
      {dialog === "go-on" && <GoOn of={webhook} onClose={close} />}
      {dialog === "secret" && <NewSecret of={webhook.id} onClose={close} onSecret={onSecret} />}
      {dialog === "remove" && <Remove of={webhook.id} onClose={close} onGone={onGone} />}
    </Stack>
  );
}

const told = (message: string): void => void notifications.show({ message, color: "dock" });

const CSV: readonly CsvColumn<Delivery>[] = [
  { header: "delivery", value: ({ id }) => id },
  { header: "event", value: ({ event }) => event },
  { header: "type", value: ({ type }) => type },
  { header: "attempt", value: ({ attempt }) => attempt },
  { header: "at", value: ({ at }) => at },
  { header: "took_ms", value: ({ took_ms }) => took_ms },
  { header: "taken", value: ({ taken }) => String(taken) },
  { header: "status", value: ({ status }) => status },
  { header: "error", value: ({ error }) => error },
];

const columns = (again: (event: string) => void, pending: string | undefined): readonly Column<Delivery>[] => [
  { id: "at", header: "When", width: 96, cell: ({ at }) => <When at={at} />, by: ({ at }) => at },
  {
    id: "event",
    header: "Event",
    width: 84,
    cell: ({ event }) => (
      <Link to="/administration/audit" search={{ open: event }}>
        {event}
      </Link>
    ),
    by: ({ event }) => Number(event),
  },
  { id: "type", header: "Type", width: 170, grow: true, cell: ({ type }) => type, by: ({ type }) => type },
  {
    id: "attempt",
    header: "Attempt",
    width: 74,
    end: true,
    cell: ({ attempt }) => attempt,
    by: ({ attempt }) => attempt,
  },
  {
    id: "outcome",
    header: "Outcome",
    width: 170,
    grow: true,
    cell: (delivery) => <Outcome of={delivery} />,
    by: ({ taken, status }) => (taken ? 0 : (status ?? 999)),
  },
  {
    id: "took",
    header: "Took",
    width: 74,
    end: true,
    cell: ({ took_ms }) => span(took_ms),
    by: ({ took_ms }) => took_ms,
  },
  {
    id: "again",
    header: "",
    width: 104,
    cell: ({ event }) => (
      <Button size="compact-xs" variant="default" loading={pending === event} onClick={() => again(event)}>
        Send again
      </Button>
    ),
  },
];

function Outcome({ of: { taken, status, error } }: { of: Delivery }) {
  if (taken) return <span className="good">taken{status ? ` (${status})` : ""}</span>;
  return (
    <span className="late" title={error ?? ""}>
      {[status, error].filter(Boolean).join(": ") || "not taken"}
    </span>
  );
}

/** The last attempts to deliver, and the way to send an event once more. */
function Deliveries({ of: webhook }: { of: Webhook }) {
  const reading = useQuery(deliveries(webhook.id));
  const [sort, setSort] = useState<string>();
  const [only, setOnly] = useState<string | null>(null);
  const [event, setEvent] = useState("");
  const redeliver = useRedeliver(webhook.id);
  function again(id: string): void {
    redeliver.mutate(id, {
      onSuccess: ({ taken, status, error }) =>
        void notifications.show({
          message: taken ? `${webhook.id} has taken ${id}` : `${webhook.id} has not taken ${id}: ${error ?? status}`,
          color: taken ? "dock" : "red",
        }),
    });
  }
  return (
    <section aria-label="Deliveries">
      <Group justify="space-between" align="end" mb="xs">
        <Title order={2}>Deliveries</Title>
        <Select
          aria-label="Outcome"
          placeholder="Outcome"
          size="xs"
          clearable
          value={only}
          onChange={setOnly}
          data={[
            { value: "taken", label: "Taken" },
            { value: "failed", label: "Not taken" },
          ]}
          w={130}
        />
      </Group>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault();
          again(event.trim());
        }}
      >
        <Group gap="xs" mb="xs">
          <TextInput
            aria-label="Event to send once more"
            placeholder="Event, as 17.3"
            size="xs"
            w={150}
            value={event}
            onChange={(change) => setEvent(change.currentTarget.value)}
          />
          <Button
            type="submit"
            size="xs"
            variant="default"
            disabled={!/^\d+\.\d+$/.test(event.trim())}
            loading={redeliver.isPending}
          >
            Send once more
          </Button>
          <Text size="xs" className="muted">
            It goes out at once, with the id that it had.
          </Text>
        </Group>
      </form>
      {redeliver.isError && <Refusal error={redeliver.error} />}
      <Reading of={reading} rows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing was sent yet">Deliveries are kept since the server’s start, the last 200.</Empty>
          ) : (
            <div className="panel">
              <Rows
                noun="delivery"
                plural="deliveries"
                rows={items.filter(({ taken }) => only === null || taken === (only === "taken"))}
                columns={columns(again, redeliver.isPending ? redeliver.variables : undefined)}
                csv={CSV}
                idOf={({ id }) => id}
                current={undefined}
                onOpen={({ event: id }) => setEvent(id)}
                sort={sort}
                onSort={setSort}
                none="Look at all of them."
                height="46vh"
              />
            </div>
          )
        }
      </Reading>
    </section>
  );
}

function Stop({ of, onClose }: { of: string; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const stop = useDisableWebhook(of);
  return (
    <FormDialog
      title={`Stop ${of}`}
      verb="Stop it"
      danger
      onClose={onClose}
      change={stop}
      disabled={reason.trim() === ""}
      onSubmit={() => stop.mutate(reason.trim(), { onSuccess: onClose })}
    >
      <Text size="sm">
        Nothing is sent until it goes on. What happens meanwhile is not lost: it goes on where it stopped.
      </Text>
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}

function GoOn({ of, onClose }: { of: Webhook; onClose: () => void }) {
  const [after, setAfter] = useState("");
  const enable = useEnableWebhook(of.id);
  const isWrong = after.trim() !== "" && !/^\d+$/.test(after.trim());
  return (
    <FormDialog
      title={`Go on with ${of.id}`}
      verb="Go on"
      onClose={onClose}
      change={enable}
      disabled={isWrong}
      onSubmit={() => enable.mutate(after.trim() === "" ? null : Number(after.trim()), { onSuccess: onClose })}
    >
      <TextInput
        label="Leave out what happened up to journal entry"
        description={`Empty leaves nothing out: it goes on behind entry ${of.delivered}.`}
        inputMode="numeric"
        value={after}
        onChange={(event) => setAfter(event.currentTarget.value)}
        error={isWrong ? "A number" : undefined}
      />
    </FormDialog>
  );
}

function NewSecret({ of, onClose, onSecret }: { of: string; onClose: () => void; onSecret: Props["onSecret"] }) {
  const change = useNewSecret(of);
  return (
    <FormDialog
      title={`A new secret for ${of}`}
      verb="Make it"
      onClose={onClose}
      change={change}
      onSubmit={() =>
        change.mutate(undefined, {
          onSuccess: (made) => {
            onClose();
            onSecret(made);
          },
        })
      }
    >
      <Text size="sm">
        For a day events are signed with both, so that the receiver has time to change over. It is shown this once.
      </Text>
    </FormDialog>
  );
}

function Remove({ of, onClose, onGone }: { of: string; onClose: () => void; onGone: () => void }) {
  const remove = useRemoveWebhook(of);
  return (
    <FormDialog
      title={`Remove ${of}`}
      verb="Remove it"
      danger
      onClose={onClose}
      change={remove}
      onSubmit={() =>
        // by then the webhook is gone and this with it, so nothing here would be called any more
        void remove.mutateAsync(undefined).then(
          () => onGone(),
          () => undefined,
        )
      }
    >
      <Text size="sm">It is forgotten with its secret. A new one of the same name begins with what happens then.</Text>
    </FormDialog>
  );
}
