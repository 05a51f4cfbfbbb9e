import { Button, Menu, Text } from "@mantine/core";
import { IconUser } from "@tabler/icons-react";
import { useState } from "react";
import { inWords } from "../lib/words";
import { Password } from "./Password";
import { SecondFactor } from "./SecondFactor";
import { useMe } from "./useSession";

/** Who is signed in, with which roles, and the way out. */
export function Person({ onSignOut }: { onSignOut: () => void }) {
  const me = useMe();
  const [factor, setFactor] = useState(false);
  const [password, setPassword] = useState(false);
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button
            variant="subtle"
            color="gray"
            size="xs"
            leftSection={<IconUser size={16} />}
            aria-label={`Signed in as ${me?.name ?? "…"}`}
          >
            {me?.name ?? "…"}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Your roles</Menu.Label>
          <Text size="sm" px="sm" pb="xs">
            {me?.roles.map(inWords).join(", ")}
          </Text>
          <Menu.Divider />
          {me?.kind === "user" && <Menu.Item onClick={() => setPassword(true)}>Change the password …</Menu.Item>}
          {me?.kind === "user" && <Menu.Item onClick={() => setFactor(true)}>Second factor …</Menu.Item>}
          <Menu.Item onClick={onSignOut}>Sign out</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {password && <Password onClose={() => setPassword(false)} />}
      {factor && <SecondFactor onClose={() => setFactor(false)} />}
    </>
  );
}
