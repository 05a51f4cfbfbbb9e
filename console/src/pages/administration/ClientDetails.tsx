import { Alert, Group, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { catalogue, clients } from "../../api/queries";
import type { Client, ClientKey, Me } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Tag } from "../../components/badges";
import { FormDialog } from "../../components/FormDialog";
import { GuardedButton } from "../../components/GuardedButton";
import { Heads } from "../../components/Heads";
import { Fact } from "../../components/Page";
import { Refusal } from "../../components/Refusal";
import { Empty, Reading } from "../../components/states";
import { useNow } from "../../components/useNow";
import { When } from "../../components/When";
import { mayNotChange, mayNotChangeRights } from "./authority";
import { ClientUsage, quotaInWords, SetQuota } from "./ClientUsage";
import { standingOf } from "./keys";
import { useClientRights, useClientVerb, useRevokeKey } from "./mutations";
import { NewKey } from "./NewKey";
import { ChangeRights } from "./RightsDialogs";
import { rolesInWords } from "./rights";

/** A program: what it may do, its keys, and everything that an administrator does about them. */
export function ClientDetails({ id, me }: { id: string; me: Me }) {
  const reading = useQuery(clients);
  return (
    <Reading of={reading}>
      {({ items }) => {
        const client = items.find((each) => each.id === id);
        return client ? <Details client={client} me={me} /> : <Empty title={`There is no client ${id}`} />;
      }}
    </Reading>
  );
}

function Details({ client, me }: { client: Client; me: Me }) {
  const [dialog, setDialog] = useState<"rights" | "key" | "quota">();
  const [revoking, setRevoking] = useState<string>();
  const verb = useClientVerb(client.id);
  const standard = useQuery(catalogue).data?.standard_quota;
  const why = mayNotChange(me);
  const rightsWhy = mayNotChangeRights(me, client.id);
  const tell = (message: string) => ({ onSuccess: () => void notifications.show({ message, color: "dock" }) });
  return (
    <Stack>
      <SimpleGrid cols={2} component="dl" m={0}>
        <Fact name="Name">{client.name || "–"}</Fact>
        <Fact name="Added">
          <When at={client.created_at} />
        </Fact>
        <Fact name="Roles">{rolesInWords(client) || "None: may read, and decide on nothing"}</Fact>
        <Fact name="Limit">{client.limit ? <Amount of={client.limit} /> : "None"}</Fact>
        <Fact name="Quota">{quotaInWords(client, standard)}</Fact>
      </SimpleGrid>
      {why && <Alert color="orange">{why}</Alert>}
      {verb.isError && <Refusal error={verb.error} />}
      <Group gap="xs">
        <GuardedButton why={rightsWhy} variant="default" onClick={() => setDialog("rights")}>
          Name and rights …
        </GuardedButton>
        <GuardedButton why={why} variant="default" onClick={() => setDialog("quota")}>
          Quota …
        </GuardedButton>
        {client.disabled ? (
          <GuardedButton why={why} onClick={() => verb.mutate("enable", tell(`The keys of ${client.id} are accepted`))}>
            Let in again
          </GuardedButton>
        ) : (
          <GuardedButton
            why={why}
            color="red"
            variant="light"
            onClick={() => verb.mutate("disable", tell(`${client.id} is shut out: none of its keys is accepted`))}
          >
            Shut out
          </GuardedButton>
        )}
      </Group>
      <Group justify="space-between" mt="sm">
        <Title order={2}>Keys</Title>
        <GuardedButton why={why} onClick={() => setDialog("key")}>
          {client.keys.some(({ valid }) => valid) ? "Make another key …" : "Make a key …"}
        </GuardedButton>
      </Group>
      {client.keys.length === 0 ? (
        <Text size="sm" className="muted">
          It has no key yet, so it cannot ask for anything.
        </Text>
      ) : (
        <Keys client={client} why={why} onRevoke={setRevoking} />
      )}
      {dialog === "rights" && (
        <ChangeRights of={client} useRights={useClientRights} onClose={() => setDialog(undefined)} />
      )}
      <ClientUsage of={client.id} />
      {dialog === "quota" && <SetQuota client={client} onClose={() => setDialog(undefined)} />}
      {dialog === "key" && <NewKey client={client} onClose={() => setDialog(undefined)} />}
      {revoking && <Revoke client={client.id} prefix={revoking} onClose={() => setRevoking(undefined)} />}
    </Stack>
  );
}

interface KeysProps {
  readonly client: Client;
  readonly why: string | undefined;
  readonly onRevoke: (prefix: string) => void;
}

function Keys({ client, why, onRevoke }: KeysProps) {
  const now = useNow();
  const isOver = ({ valid, revoked_at }: ClientKey): boolean => !valid || Boolean(revoked_at);
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table aria-label={`Keys of ${client.id}`}>
        <Heads of={["Begins with", "Stands", "Made", "Until", ""]} />
        <Table.Tbody>
          {client.keys.toReversed().map((key) => {
            const { tone, text } = standingOf(key, now, client.disabled);
            return (
              <Table.Tr key={key.prefix}>
                <Table.Td>
                  <code>{key.prefix}</code>…
                </Table.Td>
                <Table.Td>
                  <Tag tone={tone}>{text}</Tag>
                </Table.Td>
                <Table.Td>
                  <When at={key.created_at} />
                </Table.Td>
                <Table.Td>
                  {key.revoked_at ? (
                    <When at={key.revoked_at} />
                  ) : key.expires ? (
                    <When at={key.expires} />
                  ) : (
                    <span className="muted">no end</span>
                  )}
                </Table.Td>
                <Table.Td>
                  {!isOver(key) && (
                    <GuardedButton
                      why={why}
                      size="compact-xs"
                      variant="light"
                      color="red"
                      aria-label={`Revoke ${key.prefix}`}
                      onClick={() => onRevoke(key.prefix)}
                    >
                      Revoke …
                    </GuardedButton>
                  )}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Revoke({ client, prefix, onClose }: { client: string; prefix: string; onClose: () => void }) {
  const change = useRevokeKey(client);
  function submit(): void {
    const onSuccess = (): void => {
      notifications.show({ message: `${prefix}… is accepted no longer`, color: "dock" });
      onClose();
    };
    change.mutate(prefix, { onSuccess });
  }
  return (
    <FormDialog title={`Revoke ${prefix}…`} verb="Revoke" danger onClose={onClose} onSubmit={submit} change={change}>
      <Text size="sm">
        From now on it is not accepted, and that cannot be taken back. A program that still uses it is refused.
      </Text>
    </FormDialog>
  );
}
