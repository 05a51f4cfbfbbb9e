import { Alert, Button, Center, Group, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { get } from "../api/client";
import { Refused, tell } from "../api/problem";
import { session } from "../api/session";
import { Logo } from "./Logo";

/** Asks for the key, and tries it before it is believed. */
export function SignIn({ why }: { why: string | undefined }) {
  const client = useQueryClient();
  const [key, setKey] = useState("");
  const [trouble, setTrouble] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setTrouble(undefined);
    try {
      const me = await get("/v1/me", { key: key.trim() });
      client.clear();
      client.setQueryData(["me"], me);
      session.begin(key.trim());
    } catch (error) {
      const isWrong = error instanceof Refused && error.problem.status === 401;
      setTrouble(
        isWrong
          ? "This key is unknown or has expired. Check that it is complete, or ask your administrator for a new one."
          : tell(error).detail,
      );
    } finally {
      setBusy(false);
    }
  }

  return (
    <Center component="main" mih="100vh" p="md">
      <form
        className="panel"
        style={{ width: 420, maxWidth: "100%", padding: 28 }}
        onSubmit={(event) => void submit(event)}
      >
        <Stack gap="md">
          <Group gap="sm">
            <Logo size={36} />
            <div>
              <Title order={1}>Crossdock</Title>
              <Text size="sm" className="muted">
                From order to matched cash
              </Text>
            </div>
          </Group>
          {why && !trouble && (
            <Alert color="orange" title="You were signed out">
              {why}. Sign in again to go on where you were.
            </Alert>
          )}
          <PasswordInput
            label="API key"
            description="Begins with cd_. It is kept for this tab only."
            placeholder="cd_live_…"
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            error={trouble}
            autoComplete="off"
            required
            data-autofocus
            autoFocus
          />
          <Button type="submit" size="md" loading={busy} disabled={key.trim() === ""}>
            Sign in
          </Button>
          <Text size="xs" className="muted">
            The demo prints its key when it starts. On an installation, <code>crossdock key new</code> makes one; see{" "}
            <a href="/docs/problems/unauthorised">what a refusal means</a>.
          </Text>
        </Stack>
      </form>
    </Center>
  );
}
