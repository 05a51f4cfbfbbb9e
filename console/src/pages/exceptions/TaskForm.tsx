import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { formOf, task as taskOf } from "../../api/queries";
import { Refusal } from "../../components/Refusal";
import { Loading } from "../../components/states";

const Form = lazy(() => import("../../diagram/Form"));

interface Props {
  /** The task as entries of the queue name it: `PI-17/4`. */
  readonly task: string;
  readonly onDone: () => void;
}

/** The form of a task whose model has one; nothing for others. */
export function TaskForm({ task, onDone }: Props) {
  const [instance = "", key = ""] = task.split("/");
  const details = useQuery(taskOf(instance, key)).data;
  const form = details?.form;
  const deployed = useQuery({
    ...formOf(form?.id ?? "", form?.version ?? undefined),
    enabled: form !== undefined && form !== null && !form.schema,
  });
  const schema = form?.schema ?? deployed.data?.xml;
  const complete = useChange(
    (variables: Record<string, unknown>, idempotencyKey) =>
      post("/v1/tasks/{instance}/{task}/completion", {
        path: { instance, task: key },
        body: { variables },
        idempotencyKey,
      }),
    ["exceptions", "instances", "orders", "progress", "tasks"],
  );
  if (!form || !details) return null;
  if (deployed.isError) return <Text size="sm">Its form “{form.id}” is kept elsewhere: it is not deployed here.</Text>;
  if (!schema) return <Loading rows={4} />;
  return (
    <Suspense fallback={<Loading rows={4} />}>
      <Form
        schema={schema}
        data={(details.variables ?? {}) as Record<string, unknown>}
        label={`Form of ${details.name || details.element}`}
        pending={complete.isPending}
        onDone={(variables) => void complete.mutateAsync(variables).then(onDone, () => undefined)}
      />
      {complete.isError && <Refusal error={complete.error} />}
    </Suspense>
  );
}
