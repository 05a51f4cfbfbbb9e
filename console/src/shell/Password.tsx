import { PasswordInput, Text } from "@mantine/core";
import { useState } from "react";
import { post } from "../api/client";
import { useChange } from "../api/mutations";
import { session } from "../api/session";
import { FormDialog } from "../components/FormDialog";

/** Changes one's own password. All sessions end, this one too. */
export function Password({ onClose }: { onClose: () => void }) {
  const [present, setPresent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const change = useChange(
    (body: { password: string; new_password: string }, idempotencyKey) =>
      post("/v1/session/password", { body, idempotencyKey }),
    [],
  );
  const differs = again !== "" && next !== again;
  return (
    <FormDialog
      title="Change your password"
      onClose={onClose}
      onSubmit={() =>
        change.mutate(
          { password: present, new_password: next },
          { onSuccess: () => session.end("Your password is changed. Sign in with the new one.") },
        )
      }
      change={change}
      verb="Change it"
      disabled={present === "" || next === "" || next !== again}
    >
      <Text size="sm">You are signed out everywhere, here too.</Text>
      <PasswordInput
        label="Present password"
        autoComplete="current-password"
        value={present}
        onChange={(event) => setPresent(event.currentTarget.value)}
        required
        data-autofocus
      />
      <PasswordInput
        label="New password"
        description="Twelve characters or more."
        autoComplete="new-password"
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
        required
      />
      <PasswordInput
        label="New password once more"
        autoComplete="new-password"
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
        error={differs ? "This is not the same." : undefined}
        required
      />
    </FormDialog>
  );
}
