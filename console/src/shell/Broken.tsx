import { Group } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { useEffect } from "react";
import { LinkButton } from "../components/LinkButton";
import { Empty, Failure } from "../components/states";
import { isMissing, loadAgain, NotLoaded, Stale } from "./page";
import { useConnection } from "./useSession";

/** A fault of the console itself: the rest of it goes on. */
export function Broken({ error, reset }: ErrorComponentProps) {
  if (error instanceof NotLoaded) return <Later of={error} reset={reset} />;
  if (error instanceof Stale) return <Anew of={error} />;
  // a part of the page, such as a diagram, that was to come later: it is asked for once in a tab
  if (isMissing(error)) return <Failure error={new Stale()} again={() => void loadAgain()} />;
  return <Failure error={error} again={reset} />;
}

/** In this time, in milliseconds, a tab is loaded again by itself only once. */
const ONCE_IN = 30_000;
const RELOADED = "crossdock.reloaded";

/** Nothing is lost by loading the tab again: the address is the one that is wanted, and there is no page yet. */
function Anew({ of }: { of: Stale }) {
  useEffect(() => {
    if (Date.now() - Number(sessionStorage.getItem(RELOADED) ?? 0) < ONCE_IN) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    window.location.reload();
  }, []);
  return <Failure error={of} again={() => void loadAgain()} />;
}

/** A page that could not be loaded without a connection opens by itself once there is one. */
function Later({ of, reset }: { of: NotLoaded; reset: () => void }) {
  const { lost } = useConnection();
  // whoever comes back to the page later has it loaded anew
  useEffect(() => of.forget, [of]);
  useEffect(() => {
    if (lost) return;
    of.forget();
    reset();
  }, [lost, of, reset]);
  const again = (): void => {
    of.forget();
    reset();
  };
  return <Failure error={of} again={again} />;
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
