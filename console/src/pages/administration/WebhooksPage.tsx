import { Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { webhooks } from "../../api/queries";
import type { Me, Webhook } from "../../api/types";
import { Beside } from "../../components/Beside";
import { Tag } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { GuardedButton } from "../../components/GuardedButton";
import { Rows } from "../../components/List";
import { Page, Panel } from "../../components/Page";
import { Empty, Loading, Reading } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { count } from "../../lib/words";
import { useMe } from "../../shell/useSession";
import { mayNotSendEvents } from "./authority";
import { NotYours } from "./NotYours";
import { Once } from "./Once";
import { PutWebhook } from "./PutWebhook";
import { AdministrationSections } from "./Sections";
import { WebhookDetails } from "./WebhookDetails";

const route = getRouteApi("/administration/webhooks");

/** Entries of the journal that have come since what was delivered last. */
function Behind({ of: { behind, disabled } }: { of: Webhook }) {
  if (behind === undefined || behind === null) return <>–</>;
  if (behind === 0) return <span className="good">up to date</span>;
  return <span className={disabled ? "late" : ""}>{count(behind, "entry", "entries")}</span>;
}

const COLUMNS: readonly Column<Webhook>[] = [
  { id: "id", header: "Webhook", width: 140, cell: ({ id }) => <b>{id}</b>, by: ({ id }) => id },
  { id: "url", header: "Goes to", width: 280, grow: true, cell: ({ url }) => url, by: ({ url }) => url },
  {
    id: "types",
    header: "What",
    width: 220,
    grow: true,
    cell: ({ types }) => types.join(", ") || "everything",
    by: ({ types }) => types.join(),
  },
  {
    id: "state",
    header: "State",
    width: 110,
    cell: ({ disabled }) => <Tag tone={disabled ? "red" : "green"}>{disabled ? "Stopped" : "Sent"}</Tag>,
    by: ({ disabled }) => (disabled ? 1 : 0),
  },
  {
    id: "behind",
    header: "Behind",
    width: 120,
    cell: (webhook) => <Behind of={webhook} />,
    by: ({ behind }) => behind ?? 0,
  },
  {
    id: "created",
    header: "Added",
    width: 120,
    cell: ({ created_at }) => <When at={created_at} />,
    by: ({ created_at }) => created_at,
  },
];

const CSV: readonly CsvColumn<Webhook>[] = [
  { header: "id", value: ({ id }) => id },
  { header: "url", value: ({ url }) => url },
  { header: "types", value: ({ types }) => types.join(" ") },
  { header: "stopped", value: ({ disabled }) => disabled },
  { header: "delivered", value: ({ delivered }) => delivered },
  { header: "behind", value: ({ behind }) => behind },
  { header: "created_at", value: ({ created_at }) => created_at },
];

/** Where events are sent by themselves, how far each is, and what came of the last deliveries. */
export function WebhooksPage() {
  const me = useMe();
  const why = me && mayNotSendEvents(me);
  return (
    <Page title="Webhooks" actions={<AdministrationSections />}>
      {me === undefined ? <Loading /> : why ? <NotYours why={why} /> : <Webhooks me={me} />}
    </Page>
  );
}

function Webhooks({ me }: { me: Me }) {
  const { sort, open } = route.useSearch();
  const navigate = route.useNavigate();
  const reading = useQuery(webhooks);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<{ id: string; secret: string }>();
  const set = (change: { sort?: string | undefined; open?: string | undefined }): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const found = reading.data?.items.find(({ id }) => id === open);
  return (
    <>
      <Group justify="end">
        <GuardedButton why={mayNotSendEvents(me)} onClick={() => setAdding(true)}>
          Add a webhook …
        </GuardedButton>
      </Group>
      <Panel>
        <Reading of={reading}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Events are sent nowhere">
                A webhook sends them to another program as they happen: signed, in the order of each order, and again
                until they are taken.
              </Empty>
            ) : (
              <Rows
                noun="webhook"
                rows={items}
                columns={COLUMNS}
                csv={CSV}
                idOf={({ id }) => id}
                current={open}
                onOpen={({ id }) => set({ open: id })}
                sort={sort}
                onSort={(next) => set({ sort: next })}
                none=""
              />
            )
          }
        </Reading>
      </Panel>
      <Beside noun="Webhook" id={open} onClose={() => set({ open: undefined })}>
        {(id) =>
          found ? (
            <WebhookDetails
              key={found.id}
              webhook={found}
              onSecret={setSecret}
              onGone={() => set({ open: undefined })}
            />
          ) : (
            reading.data && <Empty title={`There is no webhook ${id}`} />
          )
        }
      </Beside>
      {adding && (
        <PutWebhook
          taken={reading.data?.items.map(({ id }) => id) ?? []}
          onClose={() => setAdding(false)}
          onDone={(made) => {
            setSecret(made);
            set({ open: made.id });
          }}
        />
      )}
      {secret && (
        <Once
          title={`The secret of ${secret.id}`}
          label="Secret of the webhook"
          secret={secret.secret}
          onClose={() => setSecret(undefined)}
        />
      )}
    </>
  );
}
