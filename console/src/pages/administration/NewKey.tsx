import "@mantine/core/styles/Radio.css";
import { Radio, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Client } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { endOfDay, type Others, others } from "./keys";
import { useAddKey } from "./mutations";
import { Once } from "./Once";

/** Makes a key and shows it, once. */
export function NewKey({ client, onClose }: { client: Client; onClose: () => void }) {
  const [day, setDay] = useState("");
  const [replaced, setReplaced] = useState<Others>("stay");
  const change = useAddKey(client.id);
  const hasOthers = client.keys.some(({ valid }) => valid);
  if (change.data)
    return <Once title={`The new key of ${client.id}`} label="API key" secret={change.data.key} onClose={onClose} />;
  return (
    <FormDialog
      title={`A key for ${client.id}`}
      verb="Make it"
      onClose={onClose}
      onSubmit={() => change.mutate({ expires: endOfDay(day), others_end: others(replaced, new Date()) })}
      change={change}
    >
      <TextInput
        type="date"
        label="Accepted until the end of"
        description="Empty is without an end."
        value={day}
        onChange={(event) => setDay(event.currentTarget.value)}
        maw={220}
        data-autofocus
      />
      {hasOthers && (
        <Radio.Group label="The keys that it has" value={replaced} onChange={(value) => setReplaced(value as Others)}>
          <Stack gap={6} mt={6}>
            <Radio value="stay" label="Stay as they are" />
            <Radio value="week" label="End in a week, so that the program has time to change over" />
            <Radio value="now" label="End within a minute" />
          </Stack>
        </Radio.Group>
      )}
    </FormDialog>
  );
}
