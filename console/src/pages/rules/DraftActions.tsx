import { Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import type { DraftDetails, Me } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { GuardedButton } from "../../components/GuardedButton";
import { type Step, useApprove, useStep } from "./mutations";
import { mayNotEdit, mayNotJudge } from "./names";

interface Props {
  readonly draft: DraftDetails;
  readonly me: Me;
  readonly isDirty: boolean;
}

type Asked = Step | "approval";

/** What can be done about a draft now, by whom. */
export function DraftActions({ draft, me, isDirty }: Props) {
  const [asked, setAsked] = useState<Asked>();
  const edit = mayNotEdit(me.roles);
  const judge = mayNotJudge(me.id, me.roles, draft.authors);
  const close = (): void => setAsked(undefined);
  const isUnderWay = draft.status === "submitted" || draft.status === "approved";
  return (
    <>
      {draft.status === "editing" && (
        <GuardedButton why={edit ?? (isDirty ? "Save it first." : undefined)} onClick={() => setAsked("submission")}>
          Submit for review …
        </GuardedButton>
      )}
      {draft.status === "submitted" && (
        <>
          <GuardedButton why={judge} onClick={() => setAsked("approval")}>
            Approve …
          </GuardedButton>
          <GuardedButton why={judge} variant="default" onClick={() => setAsked("return")}>
            Give back …
          </GuardedButton>
        </>
      )}
      {isUnderWay && (
        <GuardedButton why={edit} variant="default" onClick={() => setAsked("withdrawal")}>
          Withdraw …
        </GuardedButton>
      )}
      {draft.status === "editing" && (
        <GuardedButton why={edit} variant="default" onClick={() => setAsked("discard")}>
          Discard …
        </GuardedButton>
      )}
      {asked === "approval" && <Approval draft={draft} onClose={close} />}
      {asked !== undefined && asked !== "approval" && <Noted step={asked} draft={draft} onClose={close} />}
    </>
  );
}

const STEPS: Readonly<Record<Step, { title: string; verb: string; label: string; done: string; needed: boolean }>> = {
  submission: {
    title: "Submit for review",
    verb: "Submit",
    label: "What to look at",
    done: "is submitted: another person approves it",
    needed: false,
  },
  return: {
    title: "Give it back",
    verb: "Give back",
    label: "What is to be different",
    done: "is back with its authors",
    needed: true,
  },
  withdrawal: {
    title: "Withdraw",
    verb: "Withdraw",
    label: "Why",
    done: "is withdrawn, and can be edited",
    needed: false,
  },
  discard: {
    title: "Discard",
    verb: "Discard",
    label: "Why",
    done: "is discarded; it stays on the record",
    needed: false,
  },
};

function Noted({ step, draft, onClose }: { step: Step; draft: DraftDetails; onClose: () => void }) {
  const { title, verb, label, done, needed } = STEPS[step];
  const [note, setNote] = useState("");
  const change = useStep(draft.id, step);
  return (
    <FormDialog
      title={`${title}: ${draft.title}`}
      verb={verb}
      danger={step === "discard"}
      onClose={onClose}
      change={change}
      disabled={needed && note.trim() === ""}
      onSubmit={() =>
        change.mutate(note.trim(), {
          onSuccess: () => {
            notifications.show({ message: `${draft.id} ${done}`, color: "dock" });
            onClose();
          },
        })
      }
    >
      <NoteField label={label} value={note} onChange={setNote} required={needed} />
    </FormDialog>
  );
}

function Approval({ draft, onClose }: { draft: DraftDetails; onClose: () => void }) {
  const [note, setNote] = useState("");
  const [from, setFrom] = useState("");
  // what was looked at is approved, whatever others have saved since
  const [revision] = useState(draft.revision);
  const change = useApprove(draft.id);
  function submit(): void {
    const effective = from === "" ? null : new Date(from).toISOString();
    change.mutate(
      { revision, effective, note: note.trim() },
      {
        onSuccess: () => {
          const when = effective === null ? "in force now" : "in force when its time comes";
          notifications.show({ message: `${draft.id} is approved, and ${when}`, color: "dock" });
          onClose();
        },
      },
    );
  }
  return (
    <FormDialog title={`Approve: ${draft.title}`} verb="Approve" onClose={onClose} change={change} onSubmit={submit}>
      <TextInput
        type="datetime-local"
        label="In force from"
        description="In your time; at once if left empty. What runs then ends on the version that it began on."
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <NoteField label="Note" value={note} onChange={setNote} required={false} />
    </FormDialog>
  );
}

interface NoteProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly required: boolean;
}

function NoteField({ label, value, onChange, required }: NoteProps) {
  return (
    <Textarea
      label={label}
      description="It goes on the record with your name."
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      required={required}
      autosize
      minRows={2}
      data-autofocus
    />
  );
}
