import { Autocomplete, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAssign } from "../../api/mutations";
import { openExceptions, people } from "../../api/queries";
import type { Exception, Me, Person } from "../../api/types";
import { Refusal } from "../../components/Refusal";
import { inWords } from "../../lib/words";
import { useKeys } from "../../shell/keys";
import { mayNotDecide } from "./authority";
import { whoMay } from "./people";

/** Whom it can be given to, and how they are called. */
function usePeople(suggested: Suggested, isAsked: boolean) {
  const known = useQuery({ ...people, enabled: isAsked }).data?.items ?? [];
  const queue = useQuery({ ...openExceptions(), enabled: isAsked }).data?.items ?? [];
  const names = new Map(known.map(({ id, name, roles }) => [id, `${name}, ${roles.map(inWords).join(", ")}`]));
  return { ids: suggested(known, queue), names };
}

type Suggested = (known: readonly Person[], queue: readonly Exception[]) => string[];

interface Props {
  readonly assignee: string | null | undefined;
  readonly me: Me;
  /** Why the one who looks may not give it to anybody. */
  readonly why: string | undefined;
  readonly suggested: Suggested;
  readonly onGive: (to: string | null, options: { onSuccess: () => void }) => void;
  readonly change: { readonly isPending: boolean; readonly error: unknown };
}

/** Who works on an exception. */
export function ExceptionOwner({ exception, me }: { exception: Exception; me: Me }) {
  const assign = useAssign();
  return (
    <Owner
      assignee={exception.assignee}
      me={me}
      why={mayNotDecide(exception, me)}
      suggested={(known, queue) => whoMay(exception, me, known, queue)}
      onGive={(to, options) => assign.mutate({ exception: exception.id, to }, options)}
      change={assign}
    />
  );
}

/** Who works on it; claim, hand over, give back. */
export function Owner({ assignee, me, why, suggested, onGive, change }: Props) {
  const [giving, setGiving] = useState(false);
  const [to, setTo] = useState("");
  const { ids, names } = usePeople(suggested, giving);
  const isMine = assignee === me.id;
  const give = (name: string | null): void => onGive(name, { onSuccess: () => setGiving(false) });
  useKeys(why ? {} : { e: () => give(isMine ? null : me.id) });
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm">
          {assignee ? (
            <>
              Claimed by <b>{isMine ? "you" : assignee}</b>
            </>
          ) : (
            <span className="muted">Nobody has claimed it</span>
          )}
        </Text>
        {!why && (
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              loading={change.isPending}
              onClick={() => give(isMine ? null : me.id)}
              rightSection={<kbd className="key">e</kbd>}
            >
              {isMine ? "Give back" : "Claim"}
            </Button>
            <Button size="xs" variant="default" onClick={() => setGiving(!giving)} aria-expanded={giving}>
              Give to …
            </Button>
          </Group>
        )}
      </Group>
      {giving && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            give(to.trim() || null);
          }}
        >
          <Group align="end">
            <Autocomplete
              label="Name of the person"
              value={to}
              onChange={setTo}
              data={ids}
              renderOption={({ option }) => (
                <span>
                  {option.value} <span className="muted">{names.get(option.value)}</span>
                </span>
              )}
              autoFocus
              style={{ flex: 1 }}
            />
            <Button type="submit" disabled={to.trim() === ""}>
              Give
            </Button>
          </Group>
        </form>
      )}
      {change.error !== null && change.error !== undefined && <Refusal error={change.error} />}
    </Stack>
  );
}
