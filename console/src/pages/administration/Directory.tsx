import { Button, Group, TextInput } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Me } from "../../api/types";
import { Beside } from "../../components/Beside";
import type { Column } from "../../components/Grid";
import { GuardedButton } from "../../components/GuardedButton";
import { Rows } from "../../components/List";
import { Page, Panel } from "../../components/Page";
import { Loading, Reading } from "../../components/states";
import type { CsvColumn } from "../../lib/csv";
import { useMe } from "../../shell/useSession";
import { NotYours } from "./NotYours";
import { AdministrationSections } from "./Sections";

interface FrameProps {
  readonly title: string;
  /** Why somebody may not see it. */
  readonly mayNot: (me: Me) => string | undefined;
  readonly children: (me: Me) => ReactNode;
}

/** A page of administration: whose it is not is told whose it is. */
export function Administration({ title, mayNot, children }: FrameProps) {
  const me = useMe();
  const why = me && mayNot(me);
  return (
    <Page title={title} actions={<AdministrationSections />}>
      {me === undefined ? <Loading /> : why ? <NotYours why={why} /> : children(me)}
    </Page>
  );
}

/** What stands in the address of such a page. */
interface Search {
  readonly q?: string | undefined;
  readonly sort?: string | undefined;
  readonly open?: string | undefined;
}

interface Props<T> {
  /** What one of them is, within a sentence, and as the heading of its details. */
  readonly noun: string;
  readonly heading?: string;
  readonly size?: "lg" | "xl";
  readonly path: "/administration/users" | "/administration/clients" | "/administration/webhooks";
  readonly search: Search;
  readonly reading: UseQueryResult<{ items: T[] }>;
  readonly columns: readonly Column<T>[];
  readonly csv: readonly CsvColumn<T>[];
  /** What can be searched for, and the text that is searched. */
  readonly hint: string;
  readonly textOf: (of: T) => string;
  /** Shown while nobody was added. */
  readonly none: ReactNode;
  /** Why somebody may not add one. */
  readonly why: string | undefined;
  readonly adding: (names: readonly string[], close: () => void, open: (id: string) => void) => ReactNode;
  readonly children: (id: string, close: () => void) => ReactNode;
}

/** Those who use the product or hear of it: a list that is searched, one of them beside it, and the way to add one. */
export function Directory<T extends { id: string }>(props: Props<T>) {
  const { noun, heading = noun.charAt(0).toUpperCase() + noun.slice(1), path, search, reading } = props;
  const navigate = useNavigate();
  const [isAdding, setAdding] = useState(false);
  const set = (change: Search): void => void navigate({ to: path, search: { ...search, ...change }, replace: true });
  const close = (): void => set({ open: undefined });
  const typed = (search.q ?? "").trim().toLowerCase();
  return (
    <>
      <Group gap="xs" justify="space-between">
        <TextInput
          aria-label={`Search ${noun}s`}
          placeholder={props.hint}
          value={search.q ?? ""}
          onChange={(event) => set({ q: event.currentTarget.value || undefined })}
          w={`${props.hint.length + 3}ch`}
        />
        <GuardedButton why={props.why} onClick={() => setAdding(true)}>
          Add a {noun} …
        </GuardedButton>
      </Group>
      <Panel>
        <Reading of={reading}>
          {({ items }) =>
            items.length === 0 ? (
              props.none
            ) : (
              <Rows
                noun={noun}
                rows={items.filter((each) => props.textOf(each).toLowerCase().includes(typed))}
                columns={props.columns}
                csv={props.csv}
                idOf={({ id }) => id}
                current={search.open}
                onOpen={({ id }) => set({ open: id })}
                sort={search.sort}
                onSort={(sort) => set({ sort })}
                none={
                  <Button size="xs" variant="default" onClick={() => set({ q: undefined })}>
                    Show all
                  </Button>
                }
              />
            )
          }
        </Reading>
      </Panel>
      <Beside noun={heading} id={search.open} size={props.size ?? "xl"} onClose={close}>
        {(id) => props.children(id, close)}
      </Beside>
      {isAdding &&
        props.adding(
          (reading.data?.items ?? []).map(({ id }) => id),
          () => setAdding(false),
          (id) => set({ open: id }),
        )}
    </>
  );
}
