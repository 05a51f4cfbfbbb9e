import { Button, Group, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { clients } from "../../api/queries";
import type { Client, Me } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Beside } from "../../components/Beside";
import { Tag } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { GuardedButton } from "../../components/GuardedButton";
import { Rows } from "../../components/List";
import { Page, Panel } from "../../components/Page";
import { Empty, Loading, Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { size } from "../../lib/money";
import { count, words } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { mayNotChange, mayNotSee } from "./authority";
import { ClientDetails } from "./ClientDetails";
import { useAddClient } from "./mutations";
import { NotYours } from "./NotYours";
import { AddWithRights } from "./RightsDialogs";
import { AdministrationSections } from "./Sections";

const route = getRouteApi("/administration/clients");

const accepted = ({ keys }: Client): number => keys.filter(({ valid }) => valid).length;

const COLUMNS: readonly Column<Client>[] = [
  { id: "id", header: "On the record", width: 150, cell: ({ id }) => <b>{id}</b>, by: ({ id }) => id },
  { id: "name", header: "Name", width: 170, grow: true, cell: ({ name }) => name || "–", by: ({ name }) => name },
  {
    id: "roles",
    header: "Roles",
    width: 240,
    grow: true,
    cell: ({ roles }) => roles.map(words).join(", ") || "None",
    by: ({ roles }) => roles.join(),
  },
  {
    id: "limit",
    header: "Limit",
    width: 120,
    end: true,
    cell: ({ limit }) => (limit ? <Amount of={limit} /> : <span className="muted">none</span>),
    by: ({ limit }) => (limit ? size(limit) : Number.MAX_VALUE),
  },
  {
    id: "keys",
    header: "Keys",
    width: 150,
    cell: (client) =>
      client.disabled ? <Tag tone="red">Shut out</Tag> : <span>{count(accepted(client), "accepted key")}</span>,
    by: (client) => (client.disabled ? -1 : accepted(client)),
  },
  {
    id: "created",
    header: "Added",
    width: 120,
    cell: ({ created_at }) => <When at={created_at} />,
    by: ({ created_at }) => created_at,
  },
];

const CSV: readonly CsvColumn<Client>[] = [
  { header: "id", value: ({ id }) => id },
  { header: "name", value: ({ name }) => name },
  { header: "roles", value: ({ roles }) => roles.join(" ") },
  { header: "limit", value: ({ limit }) => limit?.amount },
  { header: "currency", value: ({ limit }) => limit?.currency },
  { header: "accepted_keys", value: accepted },
  { header: "disabled", value: ({ disabled }) => String(disabled) },
  { header: "created_at", value: ({ created_at }) => created_at },
];

/** The programs that may use the product, and their keys. */
export function ClientsPage() {
  const me = useMe();
  const why = me && mayNotSee(me);
  return (
    <Page title="API clients" actions={<AdministrationSections />}>
      {me === undefined ? <Loading /> : why ? <NotYours why={why} /> : <Clients me={me} />}
    </Page>
  );
}

function Clients({ me }: { me: Me }) {
  const { q, sort, open } = route.useSearch();
  const navigate = route.useNavigate();
  const reading = useQuery(clients);
  const [adding, setAdding] = useState(false);
  function set(change: { q?: string | undefined; sort?: string | undefined; open?: string | undefined }): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  }
  const isLike = ({ id, name, roles, keys }: Client): boolean =>
    `${id} ${name} ${roles.map(words).join(" ")} ${keys.map(({ prefix }) => prefix).join(" ")}`
      .toLowerCase()
      .includes((q ?? "").trim().toLowerCase());
  return (
    <>
      <Group gap="xs" justify="space-between">
        <TextInput
          aria-label="Search clients"
          placeholder="Name, role or the beginning of a key"
          value={q ?? ""}
          onChange={(event) => set({ q: event.currentTarget.value || undefined })}
          w={280}
        />
        <GuardedButton why={mayNotChange(me)} onClick={() => setAdding(true)}>
          Add a client …
        </GuardedButton>
      </Group>
      <Panel>
        <Reading of={reading}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No program was added yet">
                A client is a program with roles and API keys of its own. Keys that stand in the configuration are not
                among them: they change with it.
              </Empty>
            ) : (
              <Rows
                noun="client"
                rows={items.filter(isLike)}
                columns={COLUMNS}
                csv={CSV}
                idOf={({ id }) => id}
                current={open}
                onOpen={({ id }) => set({ open: id })}
                sort={sort}
                onSort={(next) => set({ sort: next })}
                none={
                  <Button size="xs" variant="default" onClick={() => set({ q: undefined })}>
                    Show all
                  </Button>
                }
              />
            )
          }
        </Reading>
      </Panel>
      <Beside noun="API client" id={open} onClose={() => set({ open: undefined })}>
        {(id) => <ClientDetails key={id} id={id} me={me} />}
      </Beside>
      {adding && (
        <AddWithRights
          title="Add an API client"
          useAdd={useAddClient}
          taken={(reading.data?.items ?? []).map(({ id }) => id)}
          onClose={() => setAdding(false)}
          onAdded={(id) => set({ open: id })}
        />
      )}
    </>
  );
}
