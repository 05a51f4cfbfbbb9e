import { Modal, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { formOf, processVersion } from "../../api/queries";
import type { components } from "../../api/schema";
import { FormDialog } from "../../components/FormDialog";
import { Refusal } from "../../components/Refusal";
import { Loading } from "../../components/states";
import { variablesOf } from "../processes/operation";
import { nameOf } from "./names";

const Form = lazy(() => import("../../diagram/Form"));

interface Props {
  readonly definition: string;
  readonly version: number;
  readonly onClose: () => void;
}

/** Starts an instance by hand: with the form of its start event, or with variables where it has none. */
export function StartInstance({ definition, version, onClose }: Props) {
  const details = useQuery(processVersion(definition, version)).data;
  const start = useChange(
    (variables: Record<string, unknown>, idempotencyKey) =>
      post("/v1/processes/{process}/instances", { path: { process: definition }, body: { variables }, idempotencyKey }),
    ["instances", "exceptions", "tasks", "progress"],
  );
  const begin = (variables: Record<string, unknown>): void =>
    start.mutate(variables, {
      onSuccess: ({ id }) => {
        notifications.show({ message: `${id} has begun`, color: "dock" });
        onClose();
      },
    });
  const title = `Start: ${nameOf(definition)}`;
  if (!details?.start_form) {
    return (
      <Variables
        title={title}
        isReady={details?.starts_by_hand === true}
        change={start}
        onStart={begin}
        onClose={onClose}
      />
    );
  }
  return (
    <Modal opened onClose={onClose} closeOnClickOutside={false} title={<Text fw={650}>{title}</Text>} size="lg">
      <StartForm form={details.start_form} label={title} pending={start.isPending} onDone={begin} />
      {start.isError && <Refusal error={start.error} />}
    </Modal>
  );
}

interface StartFormProps {
  readonly form: components["schemas"]["FormView"];
  readonly label: string;
  readonly pending: boolean;
  readonly onDone: (variables: Record<string, unknown>) => void;
}

function StartForm({ form, label, pending, onDone }: StartFormProps) {
  const deployed = useQuery({ ...formOf(form.id, form.version ?? undefined), enabled: !form.schema });
  const schema = form.schema ?? deployed.data?.xml;
  if (deployed.isError) return <Text size="sm">Its form “{form.id}” is kept elsewhere: it is not deployed here.</Text>;
  if (!schema) return <Loading rows={4} />;
  return (
    <Suspense fallback={<Loading rows={4} />}>
      <Form schema={schema} data={{}} label={label} verb="Start" pending={pending} onDone={onDone} />
    </Suspense>
  );
}

interface VariablesProps {
  readonly title: string;
  /** Whether it is known that it can be started. */
  readonly isReady: boolean;
  readonly change: { readonly isPending: boolean; readonly error: unknown };
  readonly onStart: (variables: Record<string, unknown>) => void;
  readonly onClose: () => void;
}

function Variables({ title, isReady, change, onStart, onClose }: VariablesProps) {
  const [typed, setTyped] = useState("");
  const variables = variablesOf(typed);
  return (
    <FormDialog
      title={title}
      verb="Start"
      onClose={onClose}
      change={change}
      disabled={!isReady || variables === undefined}
      onSubmit={() => {
        if (variables) onStart(variables);
      }}
    >
      <Textarea
        label="Variables"
        description="As a JSON object; empty starts it with none."
        placeholder={'{ "businessKey": "V-17" }'}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        error={variables === undefined && 'Variables are a JSON object, such as {"approved": true}.'}
        styles={{ input: { fontFamily: "monospace" } }}
        autosize
        minRows={3}
        data-autofocus
      />
    </FormDialog>
  );
}
