import { Group, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { company, quotas } from "../../api/queries";
import type { Quota } from "../../api/types";
import { GuardedButton } from "../../components/GuardedButton";
import { Heads } from "../../components/Heads";
import { CsvButton } from "../../components/List";
import { Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import type { CsvColumn } from "../../lib/csv";
import { useMe } from "../../shell/useSession";
import { mayNotPromise } from "./change";

const ChangeQuota = lazy(() => import("./ChangeQuota"));

const CSV: readonly CsvColumn<Quota>[] = [
  { header: "warehouse", value: ({ node }) => node },
  { header: "group", value: ({ group }) => group },
  { header: "quota", value: ({ quota }) => quota },
  { header: "reserved", value: ({ reserved }) => reserved },
  { header: "left", value: ({ left }) => left },
];

/** What is kept of an item for which groups of channels; companies without groups have none. */
export function Quotas({ item }: { item: string }) {
  const groups = useQuery(company).data?.channel_groups ?? [];
  const me = useMe();
  const reading = useQuery({ ...quotas(item), enabled: groups.length > 0 });
  const [changing, setChanging] = useState(false);
  if (groups.length === 0) return null;
  return (
    <Panel
      id="quotas"
      title="Who it is kept for"
      aside={
        <Group gap="xs">
          {reading.data && reading.data.quotas.length > 0 && (
            <CsvButton name={`quotas of ${item}`} rows={reading.data.quotas} columns={CSV} />
          )}
          <GuardedButton why={me && mayNotPromise(me)} size="xs" variant="default" onClick={() => setChanging(true)}>
            Keep or give back …
          </GuardedButton>
        </Group>
      }
    >
      <Reading of={reading} rows={3}>
        {({ quotas: found }) =>
          found.length === 0 ? (
            <Text size="sm" className="muted" px="md" pb="md">
              Nothing is kept for a group: everybody may order all of it.
            </Text>
          ) : (
            <Table aria-label="Quotas of groups">
              <Heads of={["Warehouse", "Group", { num: "Quota" }, { num: "Reserved" }, { num: "Left" }]} />
              <Table.Tbody>
                {found.map(({ node, group, quota, reserved, left }) => (
                  <Table.Tr key={`${node} ${group}`}>
                    <Table.Td>{node}</Table.Td>
                    <Table.Td>{group}</Table.Td>
                    <Table.Td className="num">{quota}</Table.Td>
                    <Table.Td className="num">{reserved}</Table.Td>
                    <Table.Td className="num">{left}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Reading>
      <Suspense>
        {changing && (
          <ChangeQuota
            item={item}
            groups={groups}
            quotas={reading.data?.quotas ?? []}
            onClose={() => setChanging(false)}
          />
        )}
      </Suspense>
    </Panel>
  );
}
