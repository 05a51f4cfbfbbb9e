import { Group } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { LinkButton } from "../components/LinkButton";
import { Empty, Failure } from "../components/states";

/** A fault of the console itself: the rest of it goes on. */
export function Broken({ error, reset }: ErrorComponentProps) {
  return <Failure error={error} again={reset} />;
}

export function NotHere() {
  return (
    <Empty
      title="There is no such page"
      action={
        <Group mt="sm">
          <LinkButton to="/" variant="default">
            Go to Today
          </LinkButton>
        </Group>
      }
    >
      The address may be mistyped, or the link is from another version.
    </Empty>
  );
}
