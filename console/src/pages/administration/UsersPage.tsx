import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { users } from "../../api/queries";
import type { Me, User } from "../../api/types";
import { Amount } from "../../components/Amount";
import type { Column } from "../../components/Grid";
import { Empty } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { size } from "../../lib/money";
import { words } from "../../lib/words";
import { mayNotChange, mayNotSee } from "./authority";
import { Administration, Directory } from "./Directory";
import { useAddUser } from "./mutations";
import { AddWithRights } from "./RightsDialogs";
import { SignsIn } from "./SignsIn";
import { UserDetails } from "./UserDetails";

const route = getRouteApi("/administration/users");

const COLUMNS: readonly Column<User>[] = [
  { id: "id", header: "On the record", width: 150, cell: ({ id }) => <b>{id}</b>, by: ({ id }) => id },
  { id: "name", header: "Name", width: 170, grow: true, cell: ({ name }) => name || "–", by: ({ name }) => name },
  {
    id: "roles",
    header: "Roles",
    width: 260,
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
    id: "state",
    header: "Signs in",
    width: 140,
    cell: (user) => <SignsIn user={user} />,
    by: ({ disabled, has_password }) => (disabled ? 2 : has_password ? 0 : 1),
  },
  {
    id: "created",
    header: "Added",
    width: 120,
    cell: ({ created_at }) => <When at={created_at} />,
    by: ({ created_at }) => created_at,
  },
];

const CSV: readonly CsvColumn<User>[] = [
  { header: "id", value: ({ id }) => id },
  { header: "name", value: ({ name }) => name },
  { header: "roles", value: ({ roles }) => roles.join(" ") },
  { header: "limit", value: ({ limit }) => limit?.amount },
  { header: "currency", value: ({ limit }) => limit?.currency },
  { header: "has_password", value: ({ has_password }) => String(has_password) },
  { header: "disabled", value: ({ disabled }) => String(disabled) },
  { header: "created_at", value: ({ created_at }) => created_at },
];

/** The people who may use the product, and what they may do. */
export function UsersPage() {
  return (
    <Administration title="Users" mayNot={mayNotSee}>
      {(me) => <Users me={me} />}
    </Administration>
  );
}

function Users({ me }: { me: Me }) {
  return (
    <Directory
      noun="user"
      size="lg"
      path="/administration/users"
      search={route.useSearch()}
      reading={useQuery(users)}
      columns={COLUMNS}
      csv={CSV}
      hint="Name or role"
      textOf={({ id, name, roles }) => `${id} ${name} ${roles.map(words).join(" ")}`}
      none={
        <Empty title="Nobody was added yet">
          People sign in with a name and a password. Until then the API keys of the configuration are the way in.
        </Empty>
      }
      why={mayNotChange(me)}
      adding={(taken, onClose, onAdded) => (
        <AddWithRights title="Add a user" useAdd={useAddUser} taken={taken} onClose={onClose} onAdded={onAdded} />
      )}
    >
      {(id) => <UserDetails key={id} id={id} me={me} />}
    </Directory>
  );
}
