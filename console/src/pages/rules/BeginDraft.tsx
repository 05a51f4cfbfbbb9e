import { Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { processes } from "../../api/queries";
import { FormDialog } from "../../components/FormDialog";
import { latest } from "./latest";
import { useBeginDraft } from "./mutations";
import { kindInWords, kindOf, nameOf } from "./names";

/** Asks what is to change, and opens the draft. */
export function BeginDraft({ of, onClose }: { of?: string; onClose: () => void }) {
  const navigate = useNavigate();
  const { data } = useQuery(processes);
  const [definition, setDefinition] = useState(of ?? null);
  const [title, setTitle] = useState("");
  const begin = useBeginDraft();
  function submit(): void {
    begin.mutate(
      { title: title.trim(), definition },
      { onSuccess: ({ id }) => void navigate({ to: "/rules/drafts/$draft", params: { draft: id } }) },
    );
  }
  return (
    <FormDialog
      title="Begin a draft"
      verb="Begin"
      onClose={onClose}
      onSubmit={submit}
      pending={begin.isPending}
      error={begin.error}
      disabled={title.trim() === "" || definition === null}
    >
      <Select
        label="Process, decisions or form"
        searchable
        required
        value={definition}
        onChange={setDefinition}
        data={latest(data?.items ?? []).map(({ id, resource }) => ({
          value: id,
          label: `${nameOf(id)} (${kindInWords(kindOf(resource)).toLowerCase()})`,
        }))}
      />
      <TextInput
        label="What is to change"
        placeholder="Raise the limit for gold customers"
        required
        maxLength={120}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  );
}
