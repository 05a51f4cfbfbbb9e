import { Alert, Group, SimpleGrid, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Children, type CSSProperties, lazy, type ReactNode, Suspense, useMemo } from "react";
import { company, openExceptions, progress, systems, today, webhooks } from "../../api/queries";
import type { Exception, OfDay, Progress, System } from "../../api/types";
import { Amounts } from "../../components/Amount";
import { Tag } from "../../components/badges";
import { Heads } from "../../components/Heads";
import { Page, Panel } from "../../components/Page";
import { Empty, Loading, Reading } from "../../components/states";
import { useNow } from "../../components/useNow";
import { Deadline } from "../../components/When";
import { formatMoney, fromMinor, sums } from "../../lib/money";
import { day } from "../../lib/time";
import { count, words } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { mayNotSendEvents } from "../administration/authority";
import { byUrgency } from "../exceptions/filter";
import { matchedOf } from "../finance/matched";
import { STEPS } from "../orders/row";
import { stateTone, stateWords } from "../systems/health";
import { all, byClock, byTypeAndAge, having } from "./figures";

const Chart = lazy(() => import("../../components/Chart"));

/** Where everything stands now. Each figure opens the list that it counts. */
export function TodayPage() {
  const ofDay = useQuery(today);
  const figures = useQuery(progress);
  const open = useQuery(openExceptions());
  const health = useQuery(systems);
  return (
    <Page title="Today">
      <Reading of={ofDay} rows={2}>
        {(data) => <Day of={data} />}
      </Reading>
      <Reading of={figures} rows={3}>
        {(data) => <Figures of={data} open={open.data?.items} day={ofDay.data} />}
      </Reading>
      <div className="today-columns">
        <Panel id="by-type" title="Open exceptions by type and age" aside={<Link to="/exceptions">all of them</Link>}>
          <Reading of={open}>{({ items }) => <ByType open={items} />}</Reading>
        </Panel>
        <Panel id="urgent" title="Due next">
          <Reading of={open}>{({ items }) => <Urgent open={items} />}</Reading>
        </Panel>
      </div>
      <StoppedWebhooks />
      <Panel id="health" title="Systems" aside={<Link to="/systems">details</Link>}>
        <Reading of={health} rows={2}>
          {(data) => <Health of={data.systems} />}
        </Reading>
      </Panel>
    </Page>
  );
}

/** What happened on the company's day so far. */
function Day({ of }: { of: OfDay }) {
  const names = {
    received: "in",
    promised: "promised",
    released: "released",
    shipped: "shipped",
    invoiced: "invoiced",
  };
  return (
    <Band name={`Today, ${day(of.day)}${of.is_complete ? "" : ": still being counted"}`}>
      {STEPS.map((step) => (
        <Figure
          key={step}
          value={of[step]}
          name={`orders ${names[step]} today`}
          to={<Link to="/orders" search={{ today: step }} className="panel figure" />}
        />
      ))}
      <Figure
        value={of.matched}
        name="payments matched today"
        tone="good"
        to={<Link to="/finance/payments" search={{ today: "matched" }} className="panel figure" />}
      />
    </Band>
  );
}

interface FiguresProps {
  readonly of: Progress;
  readonly open: readonly Exception[] | undefined;
  readonly day: OfDay | undefined;
}

function Figures({ of: { orders, payments }, open, day: ofDay }: FiguresProps) {
  const now = useNow();
  const clocks = useMemo(() => open && byClock(open, now), [open, now]);
  const ofStatus = (status: string, name: string, tone?: Tone) => (
    <Figure
      value={having(orders, [status])}
      name={name}
      tone={tone}
      to={<Link to="/orders" search={{ status }} className="panel figure" />}
    />
  );
  return (
    <>
      <Band name="Where orders stand">
        <Figure value={all(orders)} name="orders in all" to={<Link to="/orders" className="panel figure" />} />
        {ofStatus("approved", "promised, to release")}
        {ofStatus("in_fulfilment", "released")}
        {ofStatus("partially_fulfilled", "shipped in part")}
        {ofStatus("fulfilled", "shipped")}
        {ofStatus("invoiced", "invoiced, unpaid")}
        {ofStatus("closed", "paid and closed", "good")}
        <Figure
          value={matchedOf(payments)}
          name="payments matched"
          to={<Link to="/finance/payments" search={{ status: "matched" }} className="panel figure" />}
        />
      </Band>
      <Band name="What needs somebody">
        {ofStatus("on_hold", "on hold", "late")}
        {ofStatus("backordered", "backordered", "soon")}
        <Figure
          value={ofDay?.promises_missed}
          name="promises missed"
          tone="late"
          to={<Link to="/orders" search={{ promise: "missed" }} className="panel figure" />}
        />
        <Figure
          value={ofDay?.promises_at_risk}
          name="promises at risk"
          tone="soon"
          to={<Link to="/orders" search={{ promise: "at_risk" }} className="panel figure" />}
        />
        <Figure
          value={clocks?.late}
          name="service levels missed"
          tone="late"
          to={<Link to="/exceptions" search={{ due: "late" }} className="panel figure" />}
        />
        <Figure
          value={clocks?.soon}
          name="service levels at risk"
          tone="soon"
          to={<Link to="/exceptions" search={{ due: "soon" }} className="panel figure" />}
        />
        <Figure
          value={having(payments, ["unmatched"])}
          name="payments to match"
          tone="soon"
          to={<Link to="/finance/payments" search={{ status: "unmatched" }} className="panel figure" />}
        />
      </Band>
    </>
  );
}

/** Figures that belong together, under a name of their own. */
function Band({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section aria-label={name} className="band">
      <Text size="xs" className="muted" mb={4} fw={600}>
        {name}
      </Text>
      <div className="figures" style={{ "--figures": Children.count(children) } as CSSProperties}>
        {children}
      </div>
    </section>
  );
}

type Tone = "late" | "soon" | "good";

function Figure({
  value,
  name,
  tone,
  to,
}: {
  /** Nothing as long as it is not known: none is no figure that nobody has. */
  value: number | undefined;
  name: string;
  tone?: Tone | undefined;
  to: React.ReactElement<{ children?: ReactNode }>;
}) {
  const { type: Place, props } = to;
  return (
    <Place {...props}>
      <span className={`figure-value ${value && tone ? tone : ""}`}>{value?.toLocaleString("en") ?? "–"}</span>
      <Text size="sm" className="muted" span display="block">
        {name}
      </Text>
    </Place>
  );
}

function ByType({ open }: { open: readonly Exception[] }) {
  const now = useNow();
  const navigate = useNavigate();
  const { kinds, ages } = useMemo(() => byTypeAndAge(open, now), [open, now]);
  const categories = useMemo(() => kinds.map(words), [kinds]);
  const series = useMemo(() => ages.map(({ age, counts }) => ({ name: age, values: counts })), [ages]);
  const pick = useMemo(
    () => (category: string, age: string) => {
      const kind = kinds.find((each) => words(each) === category);
      if (kind) void navigate({ to: "/exceptions", search: { kind, age } });
    },
    [kinds, navigate],
  );
  if (open.length === 0) return <Empty title="Nothing waits for a person" />;
  return (
    <>
      <Suspense fallback={<Loading />}>
        <Chart
          title="Open exceptions by type and age"
          categories={categories}
          series={series}
          kind="bars"
          height={Math.max(140, 44 * kinds.length + 40)}
          onPick={pick}
        />
      </Suspense>
      <Group gap="xs" px="md" pb="md">
        {kinds.map((kind) => (
          <Link key={kind} to="/exceptions" search={{ kind }}>
            {words(kind)} {open.filter((each) => each.kind === kind).length}
          </Link>
        ))}
      </Group>
    </>
  );
}

function Urgent({ open }: { open: readonly Exception[] }) {
  const currency = useQuery(company).data?.currency;
  const next = open.toSorted(byUrgency).slice(0, 7);
  const stake = currency ? sums(open.map(({ amount_minor }) => fromMinor(amount_minor, currency))) : [];
  if (next.length === 0) return <Empty title="Nothing is due" />;
  return (
    <>
      <Table>
        <Heads of={["Case", "Type", "Due", { num: "At stake" }]} />
        <Table.Tbody>
          {next.map(({ id, kind, raised_at, resolve_by, amount_minor }) => (
            <Table.Tr key={id}>
              <Table.Td>
                <Link to="/exceptions" search={{ case: id }}>
                  {id}
                </Link>
              </Table.Td>
              <Table.Td>{words(kind)}</Table.Td>
              <Table.Td>
                <Deadline from={raised_at} due={resolve_by} />
              </Table.Td>
              <Table.Td className="num">
                {currency && amount_minor !== 0 ? formatMoney(fromMinor(amount_minor, currency)) : "–"}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" className="muted" px="md" py="xs">
        {count(open.length, "case")}, <Amounts of={stake} /> at stake
      </Text>
    </>
  );
}

/** Told to those who look after webhooks: one that was switched off after days of failure stays so until somebody looks. */
function StoppedWebhooks() {
  const me = useMe();
  const mayNot = me === undefined || mayNotSendEvents(me) !== undefined;
  const stopped = useQuery({ ...webhooks, enabled: !mayNot }).data?.items.filter(({ disabled }) => disabled) ?? [];
  if (stopped.length === 0) return null;
  return (
    <Alert color="red" title={`${count(stopped.length, "webhook")} stopped: nothing is sent there`}>
      {stopped.map(({ id, disabled }) => (
        <div key={id}>
          <Link to="/administration/webhooks" search={{ open: id }}>
            {id}
          </Link>
          : {disabled}
        </div>
      ))}
    </Alert>
  );
}

function Health({ of: all }: { of: readonly System[] }) {
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm" p="md" pt={4}>
      {all.map((system) => (
        <Link key={system.name} to="/systems" search={{ open: system.name }} className="card-link">
          <Group justify="space-between" gap={4}>
            <Text fw={600} size="sm" className="nowrap">
              {system.name}
            </Text>
            <Tag tone={stateTone(system)}>{stateWords(system)}</Tag>
          </Group>
          <Text size="xs" className="muted">
            {system.queued + system.in_flight > 0
              ? `${count(system.queued + system.in_flight, "call")} waiting`
              : "nothing waits"}
          </Text>
        </Link>
      ))}
    </SimpleGrid>
  );
}
