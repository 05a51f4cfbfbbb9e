import { Alert, Button, Center, Group, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { get, signIn } from "../api/client";
import { Refused, tell } from "../api/problem";
import { type SignedIn, session } from "../api/session";
import type { Me } from "../api/types";
import { Logo } from "./Logo";
import { ProviderSignIn } from "./ProviderSignIn";
import { refusalIn } from "./provider";

const WRONG = {
  password: "The name or the password is wrong.",
  key: "This key is unknown or has expired. Check that it is complete, or ask your administrator for a new one.",
};

/** From here on this tab is somebody's. */
function begin(client: QueryClient, me: Me, key?: string): void {
  client.clear();
  client.setQueryData(["me"], me);
  if (key !== undefined) session.begin({ way: "key", key });
  else if (me.csrf_token) session.begin({ way: "password", csrf: me.csrf_token });
}

/** Asks for name and password, or for an API key, and tries them before they are believed. */
export function SignIn({ why }: { why: string | undefined }) {
  const client = useQueryClient();
  const [way, setWay] = useState<SignedIn["way"]>("password");
  const [user, setUser] = useState("");
  const [secret, setSecret] = useState("");
  const [trouble, setTrouble] = useState<string>();
  /** The second factor, once it was asked for. */
  const [code, setCode] = useState<string>();
  const [busy, setBusy] = useState(false);
  const refusal = refusalIn(window.location.search);
  const isComplete = secret.trim() !== "" && (way === "key" || user.trim() !== "");

  // another tab may have signed in: the browser has the cookie, and only the token of changes is missing
  useEffect(() => {
    const ended = new AbortController();
    get("/v1/session", { as: { way: "cookie" }, signal: ended.signal })
      .then((me) => begin(client, me))
      .catch(() => undefined);
    return () => ended.abort();
  }, [client]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setTrouble(undefined);
    try {
      if (way === "key") {
        const key = secret.trim();
        begin(client, await get("/v1/session", { as: { way: "key", key } }), key);
      } else {
        begin(client, await signIn(user.trim(), secret, code));
      }
    } catch (error) {
      if (error instanceof Refused && error.problem.code === "second_factor_required") {
        setCode("");
        return;
      }
      const isWrong = error instanceof Refused && error.problem.status === 401 && code === undefined;
      setTrouble(isWrong ? WRONG[way] : tell(error).detail);
    } finally {
      setBusy(false);
    }
  }

  function change(): void {
    setWay(way === "key" ? "password" : "key");
    setSecret("");
    setCode(undefined);
    setTrouble(undefined);
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
          {refusal && !trouble && (
            <Alert color="orange" title="You were not signed in">
              {refusal}
            </Alert>
          )}
          <ProviderSignIn />
          {way === "password" && (
            <TextInput
              label="Name"
              value={user}
              onChange={(event) => setUser(event.currentTarget.value)}
              autoComplete="username"
              required
              autoFocus
            />
          )}
          {way === "password" ? (
            <PasswordInput
              key="password"
              label="Password"
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
              error={code === undefined ? trouble : undefined}
              autoComplete="current-password"
              required
            />
          ) : (
            <PasswordInput
              key="key"
              label="API key"
              description="Begins with cd_. It is kept for this tab only."
              placeholder="cd_live_…"
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
              error={trouble}
              autoComplete="off"
              required
              autoFocus
            />
          )}
          {way === "password" && code !== undefined && (
            <TextInput
              label="Code of the authenticator"
              description="Six digits; or one of your recovery codes."
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
              error={trouble}
              autoComplete="one-time-code"
              inputMode="text"
              required
              autoFocus
            />
          )}
          <Button type="submit" size="md" loading={busy} disabled={!isComplete}>
            Sign in
          </Button>
          <Button type="button" variant="default" onClick={change}>
            {way === "key" ? "Use a name and a password" : "Use an API key"}
          </Button>
          <Text size="xs" className="muted">
            {way === "key" ? (
              <>
                The demo prints its key when it starts. On an installation <code>crossdock key create</code> makes one.
              </>
            ) : (
              <>
                An administrator adds people with <code>crossdock user put</code>. The demo has an API key instead.
              </>
            )}
          </Text>
        </Stack>
      </form>
    </Center>
  );
}
