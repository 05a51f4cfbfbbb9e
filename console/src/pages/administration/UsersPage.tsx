import { Button, Group, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { users } from "../../api/queries";
import type { Me, User } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Beside } from "../../components/Beside";
import type { Column } from "../../components/Grid";
import { GuardedButton } from "../../components/GuardedButton";
import { Rows } from "../../components/List";
import { Page, Panel } from "../../components/Page";
import { Empty, Loading, Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { size } from "../../lib/money";
import { words } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { mayNotChange, mayNotSee } from "./authority";
import { useAddUser } from "./mutations";
import { NotYours } from "./NotYours";
import { AddWithRights } from "./RightsDialogs";
import { AdministrationSections } from "./Sections";
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
  const me = useMe();
  const why = me && mayNotSee(me);
  return (
    <Page title="Users" actions={<AdministrationSections />}>
      {me === undefined ? <Loading /> : why ? <NotYours why={why} /> : <Users me={me} />}
    </Page>
  );
}

function Users({ me }: { me: Me }) {
  const { q, sort, open } = route.useSearch();
  const navigate = route.useNavigate();
  const reading = useQuery(users);
  const [adding, setAdding] = useState(false);
  function set(change: { q?: string | undefined; sort?: string | undefined; open?: string | undefined }): void {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  }
  const isLike = ({ id, name, roles }: User): boolean =>
    `${id} ${name} ${roles.map(words).join(" ")}`.toLowerCase().includes((q ?? "").trim().toLowerCase());
  return (
    <>
      <Group gap="xs" justify="space-between">
        <TextInput
          aria-label="Search users"
          placeholder="Name or role"
          value={q ?? ""}
          onChange={(event) => set({ q: event.currentTarget.value || undefined })}
          w={240}
        />
        <GuardedButton why={mayNotChange(me)} onClick={() => setAdding(true)}>
          Add a user …
        </GuardedButton>
      </Group>
      <Panel>
        <Reading of={reading}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nobody was added yet">
                People sign in with a name and a password. Until then the API keys of the configuration are the way in.
              </Empty>
            ) : (
              <Rows
                noun="user"
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
      <Beside noun="User" id={open} size="lg" onClose={() => set({ open: undefined })}>
        {(id) => <UserDetails key={id} id={id} me={me} />}
      </Beside>
      {adding && (
        <AddWithRights
          title="Add a user"
          useAdd={useAddUser}
          taken={(reading.data?.items ?? []).map(({ id }) => id)}
          onClose={() => setAdding(false)}
          onAdded={(id) => set({ open: id })}
        />
      )}
    </>
  );
}
