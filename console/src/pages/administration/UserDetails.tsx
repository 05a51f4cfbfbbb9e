import { Alert, Group, PasswordInput, SimpleGrid, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { users } from "../../api/queries";
import type { Me, User } from "../../api/types";
import { Amount } from "../../components/Amount";
import { FormDialog } from "../../components/FormDialog";
import { GuardedButton } from "../../components/GuardedButton";
import { Fact } from "../../components/Page";
import { Refusal } from "../../components/Refusal";
import { Empty, Reading } from "../../components/states";
import { When } from "../../components/When";
import { mayNotChange, mayNotChangeRights } from "./authority";
import { useRemoveSecondFactor, useSetPassword, useUserRights, useUserVerb } from "./mutations";
import { ChangeRights } from "./RightsDialogs";
import { rolesInWords } from "./rights";
import { SignsIn } from "./SignsIn";

/** The fewest letters of a password that the product takes. */
const SHORTEST = 12;

/** A person: what they may do, and everything that an administrator does about it. */
export function UserDetails({ id, me }: { id: string; me: Me }) {
  const reading = useQuery(users);
  return (
    <Reading of={reading}>
      {({ items }) => {
        const user = items.find((each) => each.id === id);
        return user ? <Details user={user} me={me} /> : <Empty title={`There is no user ${id}`} />;
      }}
    </Reading>
  );
}

function Details({ user, me }: { user: User; me: Me }) {
  const [dialog, setDialog] = useState<"rights" | "password">();
  const verb = useUserVerb(user.id);
  const factor = useRemoveSecondFactor(user.id);
  const rightsWhy = mayNotChangeRights(me, user.id);
  const ownWhy = user.id === me.id ? undefined : mayNotChange(me);
  const tell = (message: string) => ({ onSuccess: () => void notifications.show({ message, color: "dock" }) });
  return (
    <Stack>
      <SimpleGrid cols={2} component="dl" m={0}>
        <Fact name="Name">{user.name || "–"}</Fact>
        <Fact name="Signs in">
          <SignsIn user={user} />
        </Fact>
        <Fact name="Roles">{rolesInWords(user) || "None: may read, and decide on nothing"}</Fact>
        <Fact name="Limit">{user.limit ? <Amount of={user.limit} /> : "None"}</Fact>
        <Fact name="Added">
          <When at={user.created_at} />
        </Fact>
      </SimpleGrid>
      {rightsWhy && <Alert color="orange">{rightsWhy}</Alert>}
      {verb.isError && <Refusal error={verb.error} />}
      {factor.isError && <Refusal error={factor.error} />}
      <Group gap="xs">
        <GuardedButton why={rightsWhy} variant="default" onClick={() => setDialog("rights")}>
          Name and rights …
        </GuardedButton>
        <GuardedButton why={ownWhy} variant="default" onClick={() => setDialog("password")}>
          Set a password …
        </GuardedButton>
        <GuardedButton
          why={ownWhy}
          variant="default"
          onClick={() => verb.mutate("end-sessions", tell(`${user.id} is signed out everywhere`))}
        >
          End all sessions
        </GuardedButton>
        {user.has_second_factor && (
          <GuardedButton
            why={ownWhy}
            variant="default"
            onClick={() =>
              factor.mutate(undefined, tell(`${user.id} signs in without a second factor until it is set up again`))
            }
          >
            Remove the second factor
          </GuardedButton>
        )}
        {user.disabled ? (
          <GuardedButton why={rightsWhy} onClick={() => verb.mutate("enable", tell(`${user.id} may sign in again`))}>
            Let in again
          </GuardedButton>
        ) : (
          <GuardedButton
            why={rightsWhy}
            color="red"
            variant="light"
            onClick={() => verb.mutate("disable", tell(`${user.id} is shut out`))}
          >
            Shut out
          </GuardedButton>
        )}
      </Group>
      {dialog === "rights" && <ChangeRights of={user} useRights={useUserRights} onClose={() => setDialog(undefined)} />}
      {dialog === "password" && <SetPassword user={user.id} onClose={() => setDialog(undefined)} />}
    </Stack>
  );
}

function SetPassword({ user, onClose }: { user: string; onClose: () => void }) {
  const [password, setPassword] = useState("");
  const change = useSetPassword(user);
  function submit(): void {
    const onSuccess = (): void => {
      notifications.show({ message: `${user} has a new password`, color: "dock" });
      onClose();
    };
    change.mutate({ password }, { onSuccess });
  }
  return (
    <FormDialog
      title={`A password for ${user}`}
      verb="Set it"
      onClose={onClose}
      onSubmit={submit}
      change={change}
      disabled={password.length < SHORTEST}
    >
      <Text size="sm">Their sessions end. Tell it to them by another way than mail, and let them change it.</Text>
      <PasswordInput
        label="New password"
        description={`${SHORTEST} characters or more.`}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={password !== "" && password.length < SHORTEST ? `${SHORTEST - password.length} more` : undefined}
        autoComplete="new-password"
        required
        data-autofocus
      />
    </FormDialog>
  );
}
