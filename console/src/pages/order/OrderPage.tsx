import { Group, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { account, order as orderOf } from "../../api/queries";
import type { Order } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Status } from "../../components/badges";
import { Fact, Page, Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import { day } from "../../lib/time";
import { count, words } from "../../lib/words";
import { Actions, ReleaseHold } from "./actions";
import { unshipped } from "./buckets";
import { Documents } from "./Documents";
import { Lines } from "./Lines";
import { Original } from "./Original";
import { ProcessTab } from "./ProcessTab";
import { Timeline } from "./Timeline";
import { Why } from "./Why";

const route = getRouteApi("/orders/$order");
const TABS = ["lines", "process", "documents", "original"] as const;

/** Everything about one order. */
export function OrderPage() {
  const { order: id } = route.useParams();
  const reading = useQuery(orderOf(id));
  const order = reading.data;
  return (
    <Page
      title={`Order ${id}`}
      aside={order && <Status of={order.status} />}
      actions={order && <Actions order={order} />}
    >
      <Reading of={reading} rows={10}>
        {(found) => <Whole order={found} />}
      </Reading>
    </Page>
  );
}

function Whole({ order }: { order: Order }) {
  const { tab = "lines" } = route.useSearch();
  const navigate = route.useNavigate();
  const isOver = order.closed_at !== null && order.closed_at !== undefined;
  return (
    <>
      <Summary order={order} />
      <div className="order-columns">
        <Stack gap="md" style={{ minWidth: 0 }}>
          {order.holds.length > 0 && <Holds order={order} />}
          {!isOver && <Why order={order} />}
          <Panel>
            <Tabs
              value={tab}
              onChange={(next) =>
                void navigate({
                  search: (before) => ({ ...before, tab: TABS.find((each) => each === next) }),
                  replace: true,
                })
              }
              keepMounted={false}
            >
              <Tabs.List>
                {TABS.map((each) => (
                  <Tabs.Tab key={each} value={each}>
                    {words(each)}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Tabs.Panel value="lines">
                <Lines order={order} />
              </Tabs.Panel>
              <Tabs.Panel value="process">
                <ProcessTab order={order.id} />
              </Tabs.Panel>
              <Tabs.Panel value="documents" pt="sm">
                <Documents order={order} />
              </Tabs.Panel>
              <Tabs.Panel value="original">
                <Original order={order} />
              </Tabs.Panel>
            </Tabs>
          </Panel>
        </Stack>
        <Timeline order={order.id} />
      </div>
    </>
  );
}

function Summary({ order }: { order: Order }) {
  const customer = useQuery(account(order.account)).data;
  const dates = order.lines.flatMap(({ promise }) => (promise ? [promise] : [])).sort();
  const undated = order.lines.filter((line) => !line.promise && unshipped(line) > 0).length;
  return (
    <Panel>
      <dl className="facts">
        <Fact name="Customer">
          <Link to="/finance/accounts" search={{ account: order.account }}>
            {customer?.name ?? order.account}
          </Link>
        </Fact>
        <Fact name="Purchase order">{order.purchase_order || "–"}</Fact>
        <Fact name="Received">
          <When at={order.received_at} /> <span className="muted">by {words(order.channel).toLowerCase()}</span>
        </Fact>
        <Fact name="Requested">{order.requested ? day(order.requested) : "as soon as possible"}</Fact>
        <Fact name="Promised">
          {dates.length === 0
            ? "no date yet"
            : dates[0] === dates.at(-1)
              ? day(dates[0] ?? "")
              : `${day(dates[0] ?? "")} to ${day(dates.at(-1) ?? "")}`}
          {dates.length > 0 && undated > 0 && <span className="soon">, {count(undated, "line")} without a date</span>}
        </Fact>
        <Fact name="Net">
          <Amount of={order.net} />
        </Fact>
        <Fact name="Tax">
          <Amount of={order.tax} />
        </Fact>
        <Fact name="Still owed">
          <Amount of={order.receivable} />
        </Fact>
        <Fact name="Billing">{words(order.billing.split("=")[0] ?? "")}</Fact>
        {order.sourcing && (
          <Fact name="Sourcing">
            {order.sourcing.shipments === 0 ? (
              "no warehouse has what is missing"
            ) : (
              <>
                {count(order.sourcing.shipments, "shipment")}, <Amount of={order.sourcing.cost} />
              </>
            )}
          </Fact>
        )}
      </dl>
    </Panel>
  );
}

function Holds({ order }: { order: Order }) {
  return (
    <Panel id="holds" title={order.holds.length === 1 ? "One hold keeps it" : `${order.holds.length} holds keep it`}>
      <Stack gap="sm" px="md" pb="md">
        {order.holds.map((hold) => (
          <Group key={hold.kind} justify="space-between" wrap="nowrap" align="start">
            <div>
              <Text>
                <b>{words(hold.kind)}</b>: {hold.reason}
              </Text>
              <Text size="sm" className="muted">
                <Amount of={hold.amount} /> at stake · placed <When at={hold.placed_at} />
                {hold.exception && (
                  <>
                    {" · "}
                    <Link to="/exceptions" search={{ case: hold.exception }}>
                      {hold.exception}
                    </Link>
                  </>
                )}
              </Text>
            </div>
            <ReleaseHold order={order.id} hold={hold} />
          </Group>
        ))}
      </Stack>
    </Panel>
  );
}
