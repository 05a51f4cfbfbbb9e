import { Alert, Button, Group, Stack, Tabs, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useBlocker } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { draft as draftOf, lint, me, processVersion } from "../../api/queries";
import type { DraftDetails, Me } from "../../api/types";
import { Status } from "../../components/badges";
import { Fact, Page, Panel } from "../../components/Page";
import { Refusal } from "../../components/Refusal";
import { Loading, Reading } from "../../components/states";
import { When } from "../../components/When";
import type { Token } from "../../diagram/Diagram";
import { words } from "../../lib/words";
import { useCommandKey } from "../../shell/keys";
import { Changes } from "./Changes";
import { DraftActions } from "./DraftActions";
import { Findings } from "./Findings";
import { FormDraft } from "./FormDraft";
import { useRebase, useSaveDraft } from "./mutations";
import { type FileKind, kindOf, mayNotEdit, nameOf } from "./names";
import { Tables } from "./Tables";
import { Try } from "./Try";

const route = getRouteApi("/rules/drafts/$draft");
const Modeller = lazy(() => import("../../diagram/Modeller"));
const Diagram = lazy(() => import("../../diagram/Diagram"));
const DecisionEditor = lazy(() => import("../../diagram/DecisionEditor"));

/** A draft: edited, tried, compared with what is in force, and judged by another person. */
export function DraftPage() {
  const { draft: id } = route.useParams();
  const reading = useQuery(draftOf(id));
  const { data: who } = useQuery(me);
  if (reading.data && who) return <Opened key={id} draft={reading.data} me={who} />;
  return (
    <Page title={`Draft ${id}`}>
      <Reading of={reading}>{() => <Loading rows={8} />}</Reading>
    </Page>
  );
}

function Opened({ draft, me: who }: { draft: DraftDetails; me: Me }) {
  const { tab = "edit" } = route.useSearch();
  const navigate = route.useNavigate();
  // what the editor was opened with: it keeps its own history, and is opened anew only with what others have saved
  const [opened, setOpened] = useState({ content: draft.content, revision: draft.revision });
  const [content, setContent] = useState(draft.content);
  const [shown, setShown] = useState<string>();
  const save = useSaveDraft(draft.id);
  const kind = kindOf(draft.resource);
  const isOpen = draft.status === "editing" && mayNotEdit(who.roles) === undefined;
  const isDirty = isOpen && content !== draft.content;
  const isTheirs = isOpen && draft.revision > opened.revision && draft.content !== content;
  const [settled] = useDebouncedValue(content, 500);
  const findings =
    useQuery({ ...lint(draft.resource, settled), placeholderData: keepPreviousData }).data?.findings ?? draft.findings;
  useBlocker({
    shouldBlockFn: () => isDirty && !window.confirm("Leave without saving the draft?"),
    enableBeforeUnload: isDirty,
  });

  function store(): void {
    if (!isDirty || save.isPending) return;
    save.mutate(
      { content, revision: opened.revision },
      {
        onSuccess: () => {
          setOpened((before) => ({ ...before, revision: before.revision + 1 }));
          notifications.show({ message: `Saved ${draft.id}`, color: "dock" });
        },
      },
    );
  }
  useCommandKey("s", store);
  function loadTheirs(): void {
    setOpened({ content: draft.content, revision: draft.revision });
    setContent(draft.content);
    save.reset();
  }

  return (
    <Page
      title={draft.title}
      aside={<Status of={draft.status} />}
      actions={
        <>
          {isOpen && (
            <Button variant="default" disabled={!isDirty} loading={save.isPending} onClick={store}>
              Save
            </Button>
          )}
          <DraftActions draft={draft} me={who} isDirty={isDirty} />
        </>
      }
    >
      <Facts of={draft} />
      {save.isError && <Refusal error={save.error} />}
      {isTheirs && (
        <Alert color="orange" title="Somebody else has saved this draft meanwhile">
          <Group justify="space-between">
            <Text size="sm">What you have changed since you opened it would be lost with what they wrote.</Text>
            <Button size="xs" variant="default" onClick={loadTheirs}>
              Open theirs
            </Button>
          </Group>
        </Alert>
      )}
      <Outdated of={draft} />
      <Tabs
        value={tab}
        onChange={(value) => void navigate({ search: { tab: value as typeof tab }, replace: true })}
        keepMounted
      >
        <Tabs.List>
          <Tabs.Tab value="edit">{isOpen ? "Edit" : "Content"}</Tabs.Tab>
          <Tabs.Tab value="changes">What changes</Tabs.Tab>
          {kind === "decisions" && <Tabs.Tab value="try">Try</Tabs.Tab>}
          <Tabs.Tab value="history">History</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="edit" pt="sm">
          <Stack gap="sm">
            {isOpen ? (
              <Editor
                kind={kind}
                xml={opened.content}
                findings={findings}
                shown={shown}
                onChange={setContent}
                draft={draft}
              />
            ) : (
              <Content kind={kind} draft={draft} />
            )}
            <Panel id="findings" title="What is wrong in it">
              <div style={{ padding: "0 16px 12px" }}>
                <Findings of={findings} {...(isOpen ? { onShow: setShown } : {})} />
              </div>
            </Panel>
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="changes" pt="sm">
          {tab === "changes" && <Compared kind={kind} draft={draft} content={content} />}
        </Tabs.Panel>
        <Tabs.Panel value="try" pt="sm">
          {isDirty && (
            <Alert color="orange" mb="sm" title="What you have changed is not saved">
              What is tried is the draft as it was last saved.
            </Alert>
          )}
          {kind === "decisions" && tab === "try" && (
            <Try key={draft.revision} xml={draft.content} where={{ draft: draft.id }} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="history" pt="sm">
          <History of={draft} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Facts({ of: draft }: { of: DraftDetails }) {
  return (
    <Panel>
      <dl className="facts">
        <Fact name="Draft">{draft.id}</Fact>
        <Fact name="Of">
          {draft.definition ? (
            <Link to="/rules/$definition" params={{ definition: draft.definition }}>
              {nameOf(draft.definition)}, version {draft.base}
            </Link>
          ) : (
            draft.resource
          )}
        </Fact>
        <Fact name="Written by">{draft.authors.join(", ")}</Fact>
        <Fact name="Saved">{draft.revision === 1 ? "as it was begun" : `${draft.revision - 1} times`}</Fact>
        {draft.effective && (
          <Fact name="In force from">
            <When at={draft.effective} />
          </Fact>
        )}
        {draft.deployed && draft.definition && (
          <Fact name="Became">
            <Link to="/rules/$definition" params={{ definition: draft.definition }}>
              version {draft.deployed}
            </Link>
          </Fact>
        )}
      </dl>
    </Panel>
  );
}

/** Others have deployed something since the draft was begun. */
function Outdated({ of: draft }: { of: DraftDetails }) {
  const rebase = useRebase(draft.id);
  if (draft.status !== "editing" || !draft.latest || draft.latest <= draft.base) return null;
  return (
    <Alert color="orange" title={`Version ${draft.latest} was deployed meanwhile`}>
      <Text size="sm">
        The draft goes out from version {draft.base}. See under “What changes” what it would take back, take that over,
        and then bring it up to date.
      </Text>
      {rebase.isError && <Refusal error={rebase.error} />}
      <Button size="xs" mt="xs" variant="default" loading={rebase.isPending} onClick={() => rebase.mutate(true)}>
        It is up to date with version {draft.latest}
      </Button>
    </Alert>
  );
}

interface EditorProps {
  readonly kind: FileKind;
  readonly xml: string;
  readonly findings: DraftDetails["findings"];
  readonly shown: string | undefined;
  readonly onChange: (content: string) => void;
  readonly draft: DraftDetails;
}

/** The editor of what the file holds; it is loaded when it is first needed. */
function Editor({ kind, xml, findings, shown, onChange, draft }: EditorProps) {
  const label = `Editor of ${draft.title}`;
  return (
    <Suspense fallback={<Loading rows={12} />}>
      {kind === "process" && <Modeller xml={xml} label={label} findings={findings} shown={shown} onChange={onChange} />}
      {kind === "decisions" && <DecisionEditor xml={xml} label={label} shown={shown} onChange={onChange} />}
      {kind === "form" && <FormDraft text={xml} label={label} onChange={onChange} />}
    </Suspense>
  );
}

/** No tokens wait in what is not deployed. */
const NONE: readonly Token[] = [];

/** What the file holds, for those who do not edit it: drawn, or as tables; the file itself for what is neither. */
function Content({ kind, draft: { title, content } }: { kind: FileKind; draft: DraftDetails }) {
  if (kind === "process") {
    return (
      <Suspense fallback={<Loading rows={12} />}>
        <div className="panel">
          <Diagram xml={content} tokens={NONE} label={`Diagram of ${title}`} />
        </div>
      </Suspense>
    );
  }
  if (kind === "decisions") return <Tables xml={content} />;
  return (
    <pre className="document" tabIndex={0} role="region" aria-label="Content of the draft">
      {content}
    </pre>
  );
}

/** The draft beside the version that it is to replace. */
function Compared({ kind, draft, content }: { kind: FileKind; draft: DraftDetails; content: string }) {
  const version = draft.status === "deployed" ? draft.base : (draft.latest ?? draft.base);
  const reading = useQuery({
    ...processVersion(draft.definition ?? "", version),
    enabled: draft.definition !== undefined && draft.definition !== null,
  });
  if (!draft.definition) return <Text size="sm">It is new: nothing is in force that it would change.</Text>;
  return (
    <Reading of={reading}>
      {({ xml }) => (
        <Changes
          kind={kind}
          before={xml}
          after={content}
          beforeName={`Version ${version}`}
          afterName={`Draft ${draft.id}`}
        />
      )}
    </Reading>
  );
}

function History({ of: draft }: { of: DraftDetails }) {
  return (
    <Panel>
      <ol className="timeline" aria-label="What was done about it">
        {draft.steps.map(({ at, by, what, note }) => (
          <li key={`${at} ${what}`}>
            <Text size="sm">
              <b>{words(what)}</b> by {by} <When at={at} />
            </Text>
            {note && <Text size="sm">{note}</Text>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
