import { Group, Select, SimpleGrid, Text, Tooltip } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { exceptions, instance, jobs } from "../../api/queries";
import type { Job } from "../../api/types";
import { Tag } from "../../components/badges";
import { FieldFilter } from "../../components/FieldFilter";
import type { Column } from "../../components/Grid";
import { inAll } from "../../components/List";
import { OpenedList } from "../../components/OpenedList";
import { Fact } from "../../components/Page";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { count } from "../../lib/words";
import { JOB_MEANS, JOB_STATUSES, JOB_WORDS, type JobStatus, statusOf } from "./jobs";

const route = getRouteApi("/systems");

const TONES: Readonly<Record<JobStatus, "gray" | "accent" | "orange">> = {
  available: "gray",
  leased: "accent",
  resting: "orange",
};

function State({ of }: { of: string }) {
  const known = statusOf(of);
  if (!known) return <Tag tone="gray">{of}</Tag>;
  return (
    <Tooltip label={JOB_MEANS[known]}>
      <span>
        <Tag tone={TONES[known]}>{JOB_WORDS[known]}</Tag>
      </span>
    </Tooltip>
  );
}

const COLUMNS: readonly Column<Job>[] = [
  { id: "id", header: "Job", width: 130, cell: ({ id }) => <b>{id}</b>, by: ({ id }) => id },
  { id: "type", header: "Type", width: 160, grow: true, cell: ({ type }) => type, by: ({ type }) => type },
  {
    id: "status",
    header: "State",
    width: 130,
    cell: ({ status }) => <State of={status} />,
    by: ({ status }) => status,
  },
  {
    id: "since",
    header: "Created",
    width: 120,
    cell: ({ created_at }) => <When at={created_at} />,
    by: ({ created_at }) => created_at,
  },
  {
    id: "worker",
    header: "Worker",
    width: 150,
    cell: ({ worker, leased_by }) =>
      leased_by ? (
        <>
          {worker} <span className="muted">as {leased_by}</span>
        </>
      ) : (
        <span className="muted">nobody</span>
      ),
    by: ({ worker }) => worker ?? "",
  },
  {
    id: "until",
    header: "Until",
    width: 120,
    cell: ({ lease_until }) => (lease_until ? <When at={lease_until} /> : "–"),
    by: ({ lease_until }) => lease_until ?? "",
  },
  { id: "instance", header: "Instance", width: 120, cell: ({ instance }) => instance, by: ({ instance }) => instance },
];

const CSV: readonly CsvColumn<Job>[] = [
  { header: "job", value: ({ id }) => id },
  { header: "type", value: ({ type }) => type },
  { header: "status", value: ({ status }) => status },
  { header: "created_at", value: ({ created_at }) => created_at },
  { header: "worker", value: ({ worker }) => worker },
  { header: "leased_by", value: ({ leased_by }) => leased_by },
  { header: "lease_until", value: ({ lease_until }) => lease_until },
  { header: "leases", value: ({ leases }) => leases },
  { header: "priority", value: ({ priority }) => priority },
  { header: "instance", value: ({ instance }) => instance },
];

/** What programs of others do for processes: what waits for them, who has what until when, and what failed. */
export function Jobs() {
  const search = route.useSearch();
  const { type, status, sort, open } = search;
  const navigate = route.useNavigate();
  const reading = useInfiniteQuery(jobs({ ...(type ? { type } : {}), ...(status ? { status } : {}) }));
  const shown = reading.data?.pages.flatMap(({ items }) => items).find(({ id }) => id === open);
  function set(change: Partial<typeof search>): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  }
  return (
    <>
      <Group gap="xs" px="md" pt="sm">
        <FieldFilter label="Type" value={type} onChange={(value) => set({ type: value })} />
        <Select
          aria-label="State"
          placeholder="State"
          clearable
          value={status ?? null}
          onChange={(value) => set({ status: JOB_STATUSES.find((each) => each === value) })}
          data={JOB_STATUSES.map((value) => ({ value, label: JOB_WORDS[value] }))}
          w={190}
        />
        <Failed />
      </Group>
      <OpenedList
        noun="job"
        reading={reading}
        columns={COLUMNS}
        csv={CSV}
        open={shown?.id}
        sort={sort}
        set={set}
        size="lg"
        height="calc(100vh - 300px)"
        none="A service task whose type no system takes is a job for a worker; those that are done are no longer here."
      >
        {() => shown && <Details job={shown} />}
      </OpenedList>
    </>
  );
}

/** A job that failed for good is none any more: it is a case for people, who mend the cause and try again. */
function Failed() {
  const filter = { kind: "INTEGRATION", status: "open" } as const;
  const total = useQuery(exceptions(filter)).data?.total;
  if (!total || total.count === 0) return null;
  return (
    <Link to="/exceptions" search={{ kind: filter.kind }}>
      <Tag tone="red">{`${inAll(total)} integration ${total.count === 1 ? "case" : "cases"}: what failed for good is there`}</Tag>
    </Link>
  );
}

function Details({ job }: { job: Job }) {
  const known = statusOf(job.status);
  const wait = useQuery(instance(job.instance)).data?.waiting.find((each) => each.job?.id === job.id);
  return (
    <>
      <Group gap="sm" mb="sm">
        <State of={job.status} />
        {known && <Text size="sm">{JOB_MEANS[known]}.</Text>}
      </Group>
      <SimpleGrid cols={3} component="dl" m={0} mb="md">
        <Fact name="Type">{job.type}</Fact>
        <Fact name="Step">{wait?.name ?? "–"}</Fact>
        <Fact name="Instance">
          <Link to="/processes/instances/$instance" params={{ instance: job.instance }}>
            {job.instance}
          </Link>
        </Fact>
        <Fact name="Created">
          <When at={job.created_at} />
        </Fact>
        <Fact name="Leased so far">{count(job.leases, "time")}</Fact>
        <Fact name="Priority">{job.priority}</Fact>
        <Fact name="Worker">{job.leased_by ? `${job.worker} as ${job.leased_by}` : "nobody"}</Fact>
        {job.lease_until && (
          <Fact name="Until">
            <When at={job.lease_until} />
          </Fact>
        )}
        {job.status === "resting" && wait?.until && (
          <Fact name="Next try">
            <When at={wait.until} />
          </Fact>
        )}
      </SimpleGrid>
    </>
  );
}
