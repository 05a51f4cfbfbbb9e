import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Refused } from "../../api/problem";
import { history, instance as instanceOf } from "../../api/queries";
import type { Waiting } from "../../api/types";
import { Status } from "../../components/badges";
import { Fact, Page, Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { When } from "../../components/When";
import { ProcessDiagram } from "../../diagram/ProcessDiagram";
import { reasons } from "../../diagram/waiting";
import { words } from "../../lib/words";
import { Steps } from "../order/ProcessTab";
import { Answer } from "../order/Why";
import { BusinessKey } from "./BusinessKey";
import { OperationMenu } from "./OperationMenu";
import { offered } from "./operation";
import { WentThrough } from "./WentThrough";

const route = getRouteApi("/processes/instances/$instance");

/** One instance: why it waits, where it stands, and what it knows; what it went through, if it has ended. */
export function InstancePage() {
  const { instance: id } = route.useParams();
  const reading = useQuery(instanceOf(id));
  const hasEnded = reading.error instanceof Refused && reading.error.problem.code === "not_found";
  return (
    <Page
      title={`Instance ${id}`}
      aside={reading.data && <Status of={reading.data.state} />}
      actions={
        reading.data && (
          <OperationMenu
            label="Operate"
            kinds={offered(reading.data.state)}
            target={{ instance: id }}
            process={reading.data.process}
            version={reading.data.version}
            active={reading.data.active}
          />
        )
      }
    >
      {hasEnded ? (
        <Over id={id} />
      ) : (
        <Reading of={reading}>
          {(found) => {
            const waiting: Waiting = {
              instance: found.id,
              process: found.process,
              version: found.version,
              state: found.state,
              waiting: found.waiting,
            };
            const waits = reasons([waiting]);
            return (
              <>
                <Panel>
                  <dl className="facts">
                    <Fact name="Process">
                      <Link to="/processes" search={{ process: found.process, version: String(found.version) }}>
                        {words(found.process)}, version {found.version}
                      </Link>
                    </Fact>
                    <Fact name="For">
                      <BusinessKey of={found.business_key} />
                    </Fact>
                    <Fact name="Began">
                      <When at={found.started_at} />
                    </Fact>
                    <Fact name="Called by">
                      {found.called_by ? (
                        <Link to="/processes/instances/$instance" params={{ instance: found.called_by }}>
                          {found.called_by}
                        </Link>
                      ) : (
                        "–"
                      )}
                    </Fact>
                  </dl>
                </Panel>
                <Panel id="why" title="Why is it waiting?">
                  <Stack gap="sm" px="md" pb="md">
                    {waits.length === 0 ? (
                      <Text>It does not wait for anything.</Text>
                    ) : (
                      waits.map((wait) => <Answer key={`${wait.element} ${wait.key}`} wait={wait} />)
                    )}
                  </Stack>
                </Panel>
                <Panel id="where" title="Where it stands">
                  <div style={{ padding: 12 }}>
                    <ProcessDiagram process={found.process} version={found.version} waiting={found.waiting} />
                    <Steps of={waiting} />
                  </div>
                </Panel>
                <Panel id="variables" title="What it knows">
                  <Group px="md" pb="md">
                    <pre className="document" tabIndex={0} style={{ flex: 1 }} role="region" aria-label="Variables">
                      {JSON.stringify(found.variables, null, 2)}
                    </pre>
                  </Group>
                </Panel>
              </>
            );
          }}
        </Reading>
      )}
    </Page>
  );
}

/** One that runs no more: what it went through. */
function Over({ id }: { id: string }) {
  const found = useQuery(history(id)).data;
  return (
    <>
      {found && (
        <Panel>
          <dl className="facts">
            <Fact name="Process">
              <Link to="/processes" search={{ process: found.process, version: String(found.version) }}>
                {words(found.process)}, version {found.version}
              </Link>
            </Fact>
            <Fact name="Began">
              <When at={found.began_at} />
            </Fact>
            <Fact name="Ended">
              <When at={found.ended_at} />
            </Fact>
          </dl>
        </Panel>
      )}
      <Panel id="way" title="What it went through">
        <div style={{ padding: 12 }}>
          <WentThrough instance={id} />
        </div>
      </Panel>
    </>
  );
}
