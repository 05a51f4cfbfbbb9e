import { Button, Group, Text, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { progress, trail } from "../../api/queries";
import type { CloudEvent } from "../../api/types";
import { Beside } from "../../components/Beside";
import { FieldFilter } from "../../components/FieldFilter";
import type { Column } from "../../components/Grid";
import { Rows } from "../../components/List";
import { Page, Panel } from "../../components/Page";
import { Failure, Loading } from "../../components/states";
import { useRows } from "../../components/useRows";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { exact, fromLocal, toLocal } from "../../lib/time";
import { reasonOf, titleOf } from "../order/timeline";
import { ChainCheck } from "./ChainCheck";
import { EventDetails } from "./EventDetails";
import { AdministrationSections } from "./Sections";

const route = getRouteApi("/administration/audit");

/** So many events are looked for without being asked. */
const AT_FIRST = 50;
/** So many stretches of the journal are searched without being asked: an event that is rare may be long ago. */
const STRETCHES = 5;

const COLUMNS: readonly Column<CloudEvent>[] = [
  { id: "time", header: "When", width: 120, cell: ({ time }) => <When at={time} /> },
  { id: "actor", header: "Who", width: 120, cell: ({ actor }) => <b>{actor}</b> },
  { id: "title", header: "What", width: 260, grow: true, cell: (event) => titleOf([event]) },
  { id: "subject", header: "To what", width: 170, cell: ({ subject }) => subject },
  { id: "reason", header: "Why", width: 180, grow: true, cell: (event) => reasonOf(event) ?? "" },
  { id: "id", header: "Event", width: 90, cell: ({ id }) => <code>{id}</code> },
];

const CSV: readonly CsvColumn<CloudEvent>[] = [
  { header: "id", value: ({ id }) => id },
  { header: "time", value: ({ time }) => time },
  { header: "actor", value: ({ actor }) => actor },
  { header: "type", value: ({ type }) => type },
  { header: "subject", value: ({ subject }) => subject },
  { header: "order", value: ({ correlationid }) => correlationid },
  { header: "reason", value: reasonOf },
  { header: "cause", value: ({ causationid }) => causationid },
  { header: "idempotency_key", value: ({ idempotencykey }) => idempotencykey },
  { header: "data", value: ({ data }) => JSON.stringify(data) },
];

interface Change {
  subject?: string | undefined;
  actor?: string | undefined;
  type?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  open?: string | undefined;
}

/** Who did what to what, when and why: the journal, from its end to its beginning. */
export function AuditPage() {
  const { open, ...filter } = route.useSearch();
  const navigate = route.useNavigate();
  function set(change: Change): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  }
  return (
    <Page
      title="Audit"
      actions={
        <Group gap="xs">
          <ChainCheck />
          <AdministrationSections />
        </Group>
      }
    >
      <Group gap="xs" align="end">
        <FieldFilter label="Who" value={filter.actor} onChange={(actor) => set({ actor })} />
        <FieldFilter label="What, as hold_released" value={filter.type} onChange={(type) => set({ type })} />
        <FieldFilter label="To what, as SO-17" value={filter.subject} onChange={(subject) => set({ subject })} />
        <Moment label="From" value={filter.from} onChange={(from) => set({ from })} />
        <Moment label="To" value={filter.to} onChange={(to) => set({ to })} />
        {Object.keys(filter).length > 0 && (
          <Button variant="subtle" onClick={() => void navigate({ search: {} })}>
            Clear
          </Button>
        )}
      </Group>
      <Panel>
        <Found key={JSON.stringify(filter)} filter={filter} open={open} onOpen={(id) => set({ open: id })} />
      </Panel>
      <Beside noun="Event" id={open} onClose={() => set({ open: undefined })}>
        {(id) => <EventDetails key={id} id={id} />}
      </Beside>
    </Page>
  );
}

interface MomentProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

/** A moment in the reader's zone; the address has it as the whole world understands it. */
function Moment({ label, value, onChange }: MomentProps) {
  return (
    <TextInput
      key={value}
      type="datetime-local"
      aria-label={label}
      title={label}
      leftSection={<Text size="xs">{label}</Text>}
      leftSectionWidth={46}
      defaultValue={toLocal(value)}
      onBlur={(event) => {
        const next = fromLocal(event.currentTarget.value);
        if (next !== value) onChange(next);
      }}
      w={228}
    />
  );
}

interface FoundProps {
  readonly filter: Omit<Change, "open">;
  readonly open: string | undefined;
  readonly onOpen: (id: string) => void;
}

function Found({ filter, open, onOpen }: FoundProps) {
  const client = useQueryClient();
  const reading = useInfiniteQuery(trail(filter));
  const { rows, more } = useRows(reading);
  const now = useQuery(progress).data?.position;
  const { data, hasNextPage, isFetching, isError } = reading;
  const searched = data?.pages.length ?? 0;
  // of one thing everything is wanted, of all things what came last
  const isEnough = filter.subject === undefined && (rows?.length ?? 0) >= AT_FIRST;
  const goesOn = hasNextPage && searched < STRETCHES && !isEnough;
  useEffect(() => {
    if (goesOn && !isFetching && !isError) more();
  }, [goesOn, isFetching, isError, more]);
  if (!rows || (rows.length === 0 && isFetching))
    return isError ? <Failure error={reading.error} again={() => void reading.refetch()} /> : <Loading rows={12} />;
  const head = data?.pages[0]?.head ?? 0;
  const reached = data?.pages.at(-1)?.reached;
  const newer = !filter.to && now !== undefined && now > head ? now - head : 0;
  return (
    <>
      {isError && <Failure error={reading.error} again={more} />}
      <Rows
        noun="event"
        rows={rows}
        columns={COLUMNS}
        csv={CSV}
        idOf={({ id }) => id}
        current={open}
        onOpen={({ id }) => onOpen(id)}
        sort={undefined}
        onSort={() => undefined}
        onEnd={more}
        height="calc(100vh - 345px)"
        aside={
          <span className="muted">
            {isFetching
              ? " · searching …"
              : hasNextPage && reached
                ? ` · searched back to ${exact(new Date(reached))}`
                : " · all was searched"}
          </span>
        }
        none="Nobody did that in the time that was searched."
      />
      <Group p="sm" gap="xs">
        {newer > 0 && (
          <Button
            size="xs"
            variant="light"
            onClick={() => void client.resetQueries({ queryKey: trail(filter).queryKey })}
          >
            More has happened since: look again
          </Button>
        )}
        {hasNextPage && (
          <Button size="xs" variant="default" loading={isFetching} onClick={more}>
            Look further back
          </Button>
        )}
      </Group>
    </>
  );
}
