import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { clients } from "../../api/queries";
import type { Client, Me } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Tag } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { Empty } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { size } from "../../lib/money";
import { count, words } from "../../lib/words";
import { mayNotChange, mayNotSee } from "./authority";
import { ClientDetails } from "./ClientDetails";
import { Administration, Directory } from "./Directory";
import { useAddClient } from "./mutations";
import { AddWithRights } from "./RightsDialogs";

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
  return (
    <Administration title="API clients" mayNot={mayNotSee}>
      {(me) => <Clients me={me} />}
    </Administration>
  );
}

function Clients({ me }: { me: Me }) {
  return (
    <Directory
      noun="client"
      heading="API client"
      path="/administration/clients"
      search={route.useSearch()}
      reading={useQuery(clients)}
      columns={COLUMNS}
      csv={CSV}
      hint="Name, role or the beginning of a key"
      textOf={({ id, name, roles, keys }) =>
        [id, name, ...roles.map(words), ...keys.map(({ prefix }) => prefix)].join(" ")
      }
      none={
        <Empty title="No program was added yet">
          A client is a program with roles and API keys of its own. Keys that stand in the configuration are not among
          them: they change with it.
        </Empty>
      }
      why={mayNotChange(me)}
      adding={(taken, onClose, onAdded) => (
        <AddWithRights
          title="Add an API client"
          useAdd={useAddClient}
          taken={taken}
          onClose={onClose}
          onAdded={onAdded}
        />
      )}
    >
      {(id) => <ClientDetails key={id} id={id} me={me} />}
    </Directory>
  );
}
