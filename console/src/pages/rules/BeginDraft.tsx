import { SegmentedControl, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { processes } from "../../api/queries";
import { FormDialog } from "../../components/FormDialog";
import { blank, wrongNewId } from "./blank";
import { latest } from "./latest";
import { useBeginDraft } from "./mutations";
import { type FileKind, KINDS, kindInWords, kindOf, nameOf } from "./names";

/** Asks what is to change, and opens the draft. */
export function BeginDraft({ of, onClose }: { of?: string; onClose: () => void }) {
  const navigate = useNavigate();
  const { data } = useQuery(processes);
  const [definition, setDefinition] = useState(of ?? null);
  const [title, setTitle] = useState("");
  const [isNew, setNew] = useState(false);
  const [kind, setKind] = useState<FileKind>("process");
  const [id, setId] = useState("");
  const begin = useBeginDraft();
  const known = latest(data?.items ?? []);
  const wrongId = wrongNewId(
    id.trim(),
    known.map((each) => each.id),
  );
  const isReady = title.trim() !== "" && (isNew ? id.trim() !== "" && wrongId === undefined : definition !== null);
  function submit(): void {
    const what = isNew ? blank(kind, id.trim(), title.trim()) : { definition };
    begin.mutate(
      { title: title.trim(), ...what },
      { onSuccess: ({ id: draft }) => void navigate({ to: "/rules/drafts/$draft", params: { draft } }) },
    );
  }
  return (
    <FormDialog
      title="Begin a draft"
      verb="Begin"
      onClose={onClose}
      onSubmit={submit}
      change={begin}
      disabled={!isReady}
    >
      {of === undefined && (
        <SegmentedControl
          aria-label="Of what"
          value={isNew ? "new" : "known"}
          onChange={(value) => setNew(value === "new")}
          data={[
            { value: "known", label: "Something that is in force" },
            { value: "new", label: "Something new" },
          ]}
        />
      )}
      {isNew ? (
        <>
          <Select
            label="What it is"
            value={kind}
            onChange={(value) => setKind(KINDS.find((each) => each === value) ?? "process")}
            allowDeselect={false}
            data={KINDS.map((value) => ({ value, label: kindInWords(value) }))}
          />
          <TextInput
            label="Its id"
            description="By which others call it; it stays for ever."
            placeholder="check-rebate"
            required
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
            error={wrongId}
          />
        </>
      ) : (
        <Select
          label="Process, decisions or form"
          searchable
          required
          value={definition}
          onChange={setDefinition}
          data={known.map((each) => ({
            value: each.id,
            label: `${nameOf(each.id)} (${kindInWords(kindOf(each.resource)).toLowerCase()})`,
          }))}
        />
      )}
      <TextInput
        label={isNew ? "What it is to be" : "What is to change"}
        placeholder={isNew ? "Check the rebate" : "Raise the limit for gold customers"}
        required
        maxLength={120}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  );
}
