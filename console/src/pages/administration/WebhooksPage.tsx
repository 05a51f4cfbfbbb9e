import { Alert } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { webhooks } from "../../api/queries";
import type { Me, Webhook } from "../../api/types";
import { Tag } from "../../components/badges";
import type { Column } from "../../components/Grid";
import { Empty } from "../../components/states";
import { When } from "../../components/When";
import type { CsvColumn } from "../../lib/csv";
import { count } from "../../lib/words";
import { mayNotSendEvents } from "./authority";
import { Administration, Directory } from "./Directory";
import { Once } from "./Once";
import { PutWebhook } from "./PutWebhook";
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
  return (
    <Administration title="Webhooks" mayNot={mayNotSendEvents}>
      {(me) => <Webhooks me={me} />}
    </Administration>
  );
}

function Webhooks({ me }: { me: Me }) {
  const reading = useQuery(webhooks);
  const [secret, setSecret] = useState<{ id: string; secret: string }>();
  const stopped = (reading.data?.items ?? []).filter(({ disabled }) => disabled);
  return (
    <>
      {stopped.length > 0 && (
        <Alert color="red" title={`${count(stopped.length, "webhook")} stopped: nothing is sent there`} role="alert">
          {stopped.map(({ id, disabled }) => (
            <div key={id}>
              <Link to="/administration/webhooks" search={{ open: id }}>
                {id}
              </Link>
              : {disabled}
            </div>
          ))}
        </Alert>
      )}
      <Directory
        noun="webhook"
        path="/administration/webhooks"
        search={route.useSearch()}
        reading={reading}
        columns={COLUMNS}
        csv={CSV}
        hint="Name, address or type"
        textOf={({ id, url, types }) => [id, url, ...types].join(" ")}
        none={
          <Empty title="Events are sent nowhere">
            A webhook sends them to another program as they happen: signed, in the order of each order, and again until
            they are taken.
          </Empty>
        }
        why={mayNotSendEvents(me)}
        adding={(taken, onClose, onAdded) => (
          <PutWebhook
            taken={taken}
            onClose={onClose}
            onDone={(made) => {
              setSecret(made);
              onAdded(made.id);
            }}
          />
        )}
      >
        {(id, close) => {
          const found = reading.data?.items.find((each) => each.id === id);
          return found ? (
            <WebhookDetails key={id} webhook={found} onSecret={setSecret} onGone={close} />
          ) : (
            reading.data && <Empty title={`There is no webhook ${id}`} />
          );
        }}
      </Directory>
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
