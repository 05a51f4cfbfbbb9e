import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "./editor.css";
import { Form as FormJs } from "@bpmn-io/form-js-viewer";
import { Alert, Button, Group } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

interface Props {
  /** The form as it was deployed: JSON. */
  readonly schema: string;
  /** What is known already. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly label: string;
  readonly pending: boolean;
  /** What its button says. */
  readonly verb?: string;
  readonly onDone: (data: Record<string, unknown>) => void;
}

/** A form to fill in, as its modeller drew it. On paper: it is white in the dark, too. */
export default function Form({ schema, data, label, pending, verb = "Complete", onDone }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [form, setForm] = useState<FormJs>();
  const [trouble, setTrouble] = useState<string>();
  const [isWrong, setWrong] = useState(false);
  // the form keeps what is typed: what is read again meanwhile must not write over it
  const [first] = useState(data);

  useEffect(() => {
    if (!place.current) return;
    const made = new FormJs({ container: place.current });
    let isGone = false;
    Promise.resolve()
      .then(() => made.importSchema(JSON.parse(schema), { ...first }))
      .then(
        () => {
          if (!isGone) setForm(made);
        },
        (error: unknown) => setTrouble(error instanceof Error ? error.message : String(error)),
      );
    return () => {
      isGone = true;
      setForm(undefined);
      made.destroy();
    };
  }, [schema, first]);

  function submit(): void {
    if (!form) return;
    const { data: filled, errors } = form.submit();
    const isRight = Object.keys(errors).length === 0;
    setWrong(!isRight);
    if (isRight) onDone(filled as Record<string, unknown>);
  }
  return (
    <section aria-label={label}>
      {trouble && (
        <Alert color="red" title="The form cannot be shown">
          {trouble}
        </Alert>
      )}
      <div ref={place} className="paper form" />
      {isWrong && (
        <Alert color="red" mt="xs" role="alert">
          Something is missing or wrong: see the fields.
        </Alert>
      )}
      <Group mt="sm">
        <Button loading={pending} disabled={!form} onClick={submit}>
          {verb}
        </Button>
      </Group>
    </section>
  );
}
