import { Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Webhook } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { usePutWebhook } from "./mutations";

interface Props {
  /** What is changed; without it a new one is added. */
  readonly of?: Webhook;
  /** Names that are taken. */
  readonly taken?: readonly string[];
  readonly onClose: () => void;
  readonly onDone: (made: { id: string; secret: string }) => void;
}

/** `invoice.released, order.` as a list. */
const typesOf = (text: string): string[] => text.split(/[\s,]+/).filter((type) => type !== "");

function wrongName(id: string, taken: readonly string[]): string | undefined {
  if (id === "") return undefined;
  if (!/^[a-z0-9._-]{1,60}$/.test(id)) return "Small letters, digits and .-_, 60 at most";
  return taken.includes(id) ? "There is one of this name; open it to change it" : undefined;
}

/** Adds a webhook, or changes where it sends what. */
export function PutWebhook({ of, taken = [], onClose, onDone }: Props) {
  const [id, setId] = useState(of?.id ?? "");
  const [url, setUrl] = useState(of?.url ?? "");
  const [types, setTypes] = useState(of?.types.join(", ") ?? "");
  const put = usePutWebhook();
  const wrongId = of ? undefined : wrongName(id.trim(), taken);
  return (
    <FormDialog
      title={of ? `Change ${of.id}` : "Add a webhook"}
      verb={of ? "Change" : "Add"}
      onClose={onClose}
      onSubmit={() =>
        put.mutate(
          { id: id.trim(), url: url.trim(), types: typesOf(types) },
          {
            onSuccess: (made) => {
              onClose();
              onDone(made);
            },
          },
        )
      }
      change={put}
      disabled={id.trim() === "" || url.trim() === "" || wrongId !== undefined}
    >
      {!of && (
        <TextInput
          label="Name"
          placeholder="shop"
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
          error={wrongId}
          required
          data-autofocus
        />
      )}
      <TextInput
        label="Address"
        description="Begins with https://, or with http:// inside your own network."
        placeholder="https://shop.example/hooks/crossdock"
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        required
      />
      <TextInput
        label="Which events"
        description="Types such as invoice.released, or what they begin with, such as order. with its point; empty sends everything."
        placeholder="order., invoice.released"
        value={types}
        onChange={(event) => setTypes(event.currentTarget.value)}
      />
      {!of && (
        <Text size="sm">It begins with what happens from now on. The next step shows the secret, this once.</Text>
      )}
    </FormDialog>
  );
}
