import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { drafts, me, processVersion, versions as versionsOf } from "../../api/queries";
import type { ProcessVersion } from "../../api/types";
import { Status } from "../../components/badges";
import { FormDialog, ReasonField } from "../../components/FormDialog";
import { GuardedButton } from "../../components/GuardedButton";
import { Page, Panel } from "../../components/Page";
import { Empty, Reading } from "../../components/states";
import { useRows } from "../../components/useRows";
import { When } from "../../components/When";
import { mayNotOperate } from "../processes/operation";
import { Passages } from "../processes/Passages";
import { BeginDraft } from "./BeginDraft";
import { Changes } from "./Changes";
import { useRollBack } from "./mutations";
import { type FileKind, kindInWords, kindOf, mayNotEdit, nameOf } from "./names";
import { StartInstance } from "./StartInstance";
import { Tables } from "./Tables";
import { Try } from "./Try";

const route = getRouteApi("/rules/$definition");

/** What is in force under a name, its versions and what each changed; the way back to an earlier one. */
export function DefinitionPage() {
  const { definition } = route.useParams();
  const reading = useQuery(versionsOf(definition));
  const { data: who } = useQuery(me);
  const [dialog, setDialog] = useState<"begin" | "roll-back" | "start">();
  const why = who && mayNotEdit(who.roles);
  const [latest] = reading.data ?? [];
  const isProcess = latest !== undefined && kindOf(latest.resource) === "process";
  const details = useQuery({ ...processVersion(definition, latest?.version ?? 1), enabled: isProcess }).data;
  return (
    <Page
      title={nameOf(definition)}
      aside={
        latest && <Text className="muted">{`${kindInWords(kindOf(latest.resource))}, version ${latest.version}`}</Text>
      }
      actions={
        <>
          {latest && kindOf(latest.resource) === "process" && (
            <Button
              variant="default"
              renderRoot={(props) => <Link to="/processes" search={{ process: definition }} {...props} />}
            >
              What runs in it
            </Button>
          )}
          {isProcess && details?.starts_by_hand && (
            <GuardedButton why={mayNotOperate(who)} variant="default" onClick={() => setDialog("start")}>
              Start an instance …
            </GuardedButton>
          )}
          {latest && latest.version > 1 && (
            <GuardedButton why={why} variant="default" onClick={() => setDialog("roll-back")}>
              Roll back …
            </GuardedButton>
          )}
          <GuardedButton why={why} onClick={() => setDialog("begin")}>
            Begin a draft …
          </GuardedButton>
        </>
      }
    >
      <Reading of={reading}>
        {(versions) => (
          <>
            {latest && kindOf(latest.resource) === "decisions" && (
              <Decisions definition={definition} version={latest.version} />
            )}
            {latest && kindOf(latest.resource) === "process" && (
              <Passages process={definition} version={latest.version} />
            )}
            <Versions of={versions} definition={definition} />
            {dialog === "roll-back" && (
              <RollBack versions={versions} definition={definition} onClose={() => setDialog(undefined)} />
            )}
          </>
        )}
      </Reading>
      {dialog === "start" && latest && (
        <StartInstance definition={definition} version={latest.version} onClose={() => setDialog(undefined)} />
      )}
      {dialog === "begin" && <BeginDraft of={definition} onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function Versions({ of, definition }: { of: readonly ProcessVersion[]; definition: string }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [latest, before] = of;
  const after = Number(search.version ?? latest?.version ?? 1);
  const against = Number(search.against ?? (search.version ? after - 1 : (before?.version ?? 0)));
  const set = (change: { version?: string; against?: string }): void =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const choices = of.map(({ version }) => ({ value: String(version), label: `Version ${version}` }));
  return (
    <>
      <Panel id="versions" title="Versions">
        <Stack gap={4} px="md" pb="md">
          {of.map(({ version, deployed_at }) => (
            <Text key={version} size="sm">
              <b>Version {version}</b> in force from <When at={deployed_at} />
            </Text>
          ))}
          <Its definition={definition} />
        </Stack>
      </Panel>
      <Panel
        id="difference"
        title="What changed"
        aside={
          of.length > 1 && (
            <Group gap="xs">
              <Version
                label="Earlier version"
                value={against}
                choices={choices}
                onChange={(value) => set({ against: value })}
              />
              <span aria-hidden="true">→</span>
              <Version
                label="Later version"
                value={after}
                choices={choices}
                onChange={(value) => set({ version: value })}
              />
            </Group>
          )
        }
      >
        <div style={{ padding: "0 16px 16px" }}>
          {against < 1 ? (
            <Empty title="There is one version only">A draft that is approved becomes the next one.</Empty>
          ) : (
            <Difference definition={definition} before={against} after={after} kind={kindOf(latest?.resource)} />
          )}
        </div>
      </Panel>
    </>
  );
}

interface VersionProps {
  readonly label: string;
  readonly value: number;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

function Version({ label, value, choices, onChange }: VersionProps) {
  return (
    <Select
      aria-label={label}
      size="xs"
      w={130}
      allowDeselect={false}
      value={String(value)}
      data={choices}
      onChange={(next) => {
        if (next !== null) onChange(next);
      }}
    />
  );
}

/** The drafts of it, which say who changed what and why. */
function Its({ definition }: { definition: string }) {
  const { rows } = useRows(useInfiniteQuery(drafts({ definition })));
  if (!rows || rows.length === 0) return null;
  return (
    <Text size="sm" mt="xs" component="div">
      Drafts:{" "}
      {rows.map(({ id, title, status, deployed }) => (
        <div key={id}>
          <Link to="/rules/drafts/$draft" params={{ draft: id }} style={{ textDecoration: "underline" }}>
            {id}
          </Link>{" "}
          {title} <Status of={status} />
          {deployed && ` as version ${deployed}`}
        </div>
      ))}
    </Text>
  );
}

interface DifferenceProps {
  readonly definition: string;
  readonly before: number;
  readonly after: number;
  readonly kind: FileKind;
}

function Difference({ definition, before, after, kind }: DifferenceProps) {
  const [old, now] = [useQuery(processVersion(definition, before)), useQuery(processVersion(definition, after))];
  return (
    <Reading of={old}>
      {({ xml: was }) => (
        <Reading of={now}>
          {({ xml: is }) => (
            <Changes
              kind={kind}
              before={was}
              after={is}
              beforeName={`Version ${before}`}
              afterName={`Version ${after}`}
            />
          )}
        </Reading>
      )}
    </Reading>
  );
}

/** The rules that are in force, and what they make of something. */
function Decisions({ definition, version }: { definition: string; version: number }) {
  const reading = useQuery(processVersion(definition, version));
  return (
    <>
      <Panel id="rules" title={`The rules of version ${version}`}>
        <div style={{ padding: "0 16px 16px" }}>
          <Reading of={reading}>{({ xml }) => <Tables xml={xml} />}</Reading>
        </div>
      </Panel>
      <Panel id="try" title="Try a decision">
        <div style={{ padding: "0 16px 16px" }}>
          <Reading of={reading}>{({ xml }) => <Try xml={xml} where={{ version }} />}</Reading>
        </div>
      </Panel>
    </>
  );
}

interface RollBackProps {
  readonly versions: readonly ProcessVersion[];
  readonly definition: string;
  readonly onClose: () => void;
}

/** Which version is to be in force again: what it holds is deployed as a new one. */
function RollBack({ versions, definition, onClose }: RollBackProps) {
  const earlier = versions.slice(1);
  const [version, setVersion] = useState(String(earlier[0]?.version ?? ""));
  const [reason, setReason] = useState("");
  const roll = useRollBack(definition);
  return (
    <FormDialog
      title={`Roll back: ${nameOf(definition)}`}
      verb="Roll back"
      danger
      onClose={onClose}
      change={roll}
      disabled={reason.trim() === ""}
      onSubmit={() =>
        roll.mutate(
          { version: Number(version), reason: reason.trim() },
          {
            onSuccess: () => {
              notifications.show({ message: `Version ${version} is in force again, as a new version`, color: "dock" });
              onClose();
            },
          },
        )
      }
    >
      <Text size="sm">
        What the version holds is deployed once more, at once, as version {(versions[0]?.version ?? 0) + 1}. What runs
        ends on the version that it began on.
      </Text>
      <Select
        label="Back to"
        value={version}
        onChange={(value) => setVersion(value ?? version)}
        allowDeselect={false}
        data={earlier.map((each) => ({ value: String(each.version), label: `Version ${each.version}` }))}
      />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
