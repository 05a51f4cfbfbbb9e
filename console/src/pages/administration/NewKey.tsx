import "@mantine/core/styles/Radio.css";
import { Alert, Button, Code, CopyButton, Group, Modal, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Client } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { endOfDay, type Others, others } from "./keys";
import { useAddKey } from "./mutations";

/** Makes a key and shows it, once. */
export function NewKey({ client, onClose }: { client: Client; onClose: () => void }) {
  const [day, setDay] = useState("");
  const [replaced, setReplaced] = useState<Others>("stay");
  const change = useAddKey(client.id);
  const hasOthers = client.keys.some(({ valid }) => valid);
  if (change.data) return <Once of={client.id} secret={change.data.key} onClose={onClose} />;
  return (
    <FormDialog
      title={`A key for ${client.id}`}
      verb="Make it"
      onClose={onClose}
      onSubmit={() => change.mutate({ expires: endOfDay(day), others_end: others(replaced, new Date()) })}
      pending={change.isPending}
      error={change.error}
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

/** The key itself. It does not go away by a click beside it. */
function Once({ of, secret, onClose }: { of: string; secret: string; onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      title={<Text fw={650}>The new key of {of}</Text>}
      size="lg"
    >
      <Stack>
        <Alert color="orange" title="It is shown this once">
          Nobody can read it later, not even here. Put it where the program finds it, now.
        </Alert>
        <Code block aria-label="API key" tabIndex={0} style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
          {secret}
        </Code>
        <Group justify="end">
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy} data-autofocus>
                {copied ? "Copied" : "Copy"}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>I have kept it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
