import { Autocomplete, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAssign } from "../../api/mutations";
import { openExceptions, people } from "../../api/queries";
import type { Exception, Me } from "../../api/types";
import { Refusal } from "../../components/Refusal";
import { inWords } from "../../lib/words";
import { useKeys } from "../../shell/keys";
import { mayNotDecide } from "./authority";
import { whoMay } from "./people";

/** Whom it can be given to, and how they are called. */
function usePeople(exception: Exception, me: Me, isAsked: boolean) {
  const known = useQuery({ ...people, enabled: isAsked }).data?.items ?? [];
  const queue = useQuery({ ...openExceptions(), enabled: isAsked }).data?.items ?? [];
  const names = new Map(known.map(({ id, name, roles }) => [id, `${name}, ${roles.map(inWords).join(", ")}`]));
  return { ids: whoMay(exception, me, known, queue), names };
}

/** Who works on it; claim, hand over, give back. */
export function Owner({ exception, me }: { exception: Exception; me: Me }) {
  const assign = useAssign();
  const [giving, setGiving] = useState(false);
  const [to, setTo] = useState("");
  const why = mayNotDecide(exception, me);
  const { ids, names } = usePeople(exception, me, giving);
  const isMine = exception.assignee === me.id;
  const give = (name: string | null): void => {
    assign.mutate({ exception: exception.id, to: name }, { onSuccess: () => setGiving(false) });
  };
  useKeys(why ? {} : { e: () => give(isMine ? null : me.id) });
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm">
          {exception.assignee ? (
            <>
              Claimed by <b>{isMine ? "you" : exception.assignee}</b>
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
              loading={assign.isPending}
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
      {assign.isError && <Refusal error={assign.error} />}
    </Stack>
  );
}
