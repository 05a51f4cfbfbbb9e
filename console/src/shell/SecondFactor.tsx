import { Alert, Button, Code, Group, List, Modal, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../api/client";
import { useChange } from "../api/mutations";
import { secondFactor } from "../api/queries";
import type { SecondFactorSetup } from "../api/types";
import { Refusal } from "../components/Refusal";
import { Reading } from "../components/states";
import { count } from "../lib/words";

/** Sets up one's second factor, or removes it. */
export function SecondFactor({ onClose }: { onClose: () => void }) {
  const reading = useQuery(secondFactor);
  const [codes, setCodes] = useState<readonly string[]>();
  return (
    <Modal
      opened
      onClose={onClose}
      title={<Text fw={650}>Second factor</Text>}
      // the codes are shown this once: nothing but the button closes them
      closeOnClickOutside={codes === undefined}
      closeOnEscape={codes === undefined}
      withCloseButton={codes === undefined}
    >
      {codes ? (
        <Recovery codes={codes} onClose={onClose} />
      ) : (
        <Reading of={reading}>
          {({ is_on, recovery_codes_left }) =>
            is_on ? <Remove left={recovery_codes_left} onClose={onClose} /> : <SetUp onDone={setCodes} />
          }
        </Reading>
      )}
    </Modal>
  );
}

function SetUp({ onDone }: { onDone: (codes: readonly string[]) => void }) {
  const [begun, setBegun] = useState<{ setup: SecondFactorSetup; password: string }>();
  return begun ? (
    <Confirm {...begun} onDone={onDone} />
  ) : (
    <AskForPassword onDone={(setup, password) => setBegun({ setup, password })} />
  );
}

function AskForPassword({ onDone }: { onDone: (setup: SecondFactorSetup, password: string) => void }) {
  const [password, setPassword] = useState("");
  const change = useChange(
    (body: { password: string }, idempotencyKey) => post("/v1/session/second-factor/setup", { body, idempotencyKey }),
    [],
  );
  function submit(event: FormEvent): void {
    event.preventDefault();
    change.mutate({ password }, { onSuccess: (setup) => onDone(setup, password) });
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          Signing in asks for the password alone. Set up an authenticator, and it asks for its code too.
        </Text>
        <PasswordInput
          label="Password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          required
          data-autofocus
        />
        {change.isError && <Refusal error={change.error} />}
        <Group justify="end">
          <Button type="submit" loading={change.isPending} disabled={password === ""}>
            Set it up
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The password goes along: a code alone could be guessed. */
function Confirm({
  setup,
  password,
  onDone,
}: {
  setup: SecondFactorSetup;
  password: string;
  onDone: (codes: readonly string[]) => void;
}) {
  const [code, setCode] = useState("");
  const change = useChange(
    (body: { password: string; code: string }, idempotencyKey) =>
      post("/v1/session/second-factor/confirmation", { body, idempotencyKey }),
    [],
  );
  function submit(event: FormEvent): void {
    event.preventDefault();
    change.mutate({ password, code }, { onSuccess: ({ recovery_codes }) => onDone(recovery_codes) });
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          Scan this with an authenticator on your phone, or type the secret in. From then on signing in asks for the
          code that it shows.
        </Text>
        <img
          src={`data:image/svg+xml;utf8,${encodeURIComponent(setup.qr_svg)}`}
          alt="QR code for the authenticator"
          width={200}
          height={200}
          style={{ alignSelf: "center", background: "white" }}
        />
        <Code style={{ overflowWrap: "anywhere" }}>{setup.secret.replace(/(.{4})/g, "$1 ").trim()}</Code>
        <TextInput
          label="Code that the authenticator shows"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          data-autofocus
        />
        {change.isError && <Refusal error={change.error} />}
        <Group justify="end">
          <Button type="submit" loading={change.isPending} disabled={code.trim().length < 6}>
            Ask for it from now on
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Recovery({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  return (
    <Stack>
      <Alert color="orange" title="Keep these recovery codes">
        Each lets you in once when the authenticator is lost. They are shown this once.
      </Alert>
      <List type="ordered">
        {codes.map((code) => (
          <List.Item key={code}>
            <Code>{code}</Code>
          </List.Item>
        ))}
      </List>
      <Group justify="end">
        <Button onClick={onClose}>I have kept them</Button>
      </Group>
    </Stack>
  );
}

function Remove({ left, onClose }: { left: number; onClose: () => void }) {
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const change = useChange(
    (body: { password: string }, idempotencyKey) => post("/v1/session/second-factor/removal", { body, idempotencyKey }),
    [],
  );
  function submit(event: FormEvent): void {
    event.preventDefault();
    change.mutate(
      { password },
      {
        onSuccess: () => {
          void client.invalidateQueries({ queryKey: secondFactor.queryKey });
          notifications.show({ message: "Signing in asks for the password alone", color: "dock" });
          onClose();
        },
      },
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          Signing in asks for a code of your authenticator. {count(left, "recovery code")} {left === 1 ? "is" : "are"}{" "}
          left.
        </Text>
        <PasswordInput
          label="Password"
          description="To remove the second factor, or to set it up anew."
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          required
        />
        {change.isError && <Refusal error={change.error} />}
        <Group justify="end">
          <Button type="submit" color="red" variant="light" loading={change.isPending} disabled={password === ""}>
            Remove it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
