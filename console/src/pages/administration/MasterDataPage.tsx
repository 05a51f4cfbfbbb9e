import { Box, FileInput, Group, Select, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { importMaster } from "../../api/client";
import { useChange } from "../../api/mutations";
import { company, me, trail } from "../../api/queries";
import { GuardedButton } from "../../components/GuardedButton";
import { ImportReport } from "../../components/ImportReport";
import { CsvButton } from "../../components/List";
import { Fact, Page, Panel } from "../../components/Page";
import { Refusal } from "../../components/Refusal";
import { Reading } from "../../components/states";
import { count, words } from "../../lib/words";
import { mayNotChange } from "./authority";
import { Browse } from "./Browse";
import { AdministrationSections } from "./Sections";
import { TRAIL_CSV, Trail } from "./Trail";

const KINDS = [
  "items",
  "customers",
  "prices",
  "quotes",
  "terms",
  "limits",
  "company",
  "warehouses",
  "calendars",
  "taxes",
  "rates",
  "stock",
] as const;
type Kind = (typeof KINDS)[number];

/** Master data from files, what the product understood, and who changed what. */
export function MasterDataPage() {
  const { data: who } = useQuery(me);
  return (
    <Page title="Master data" actions={<AdministrationSections />}>
      <Import why={who && mayNotChange(who)} />
      <Company />
      <Browse />
      <History />
    </Page>
  );
}

function Import({ why }: { why: string | undefined }) {
  const [kind, setKind] = useState<Kind>("items");
  const [file, setFile] = useState<File | null>(null);
  const load = useChange(
    async ({ kind: of }: { kind: Kind; name: string; size: number; at: number }, key) => {
      if (!file) throw new Error("no file was chosen");
      return importMaster(of, file, key);
    },
    ["company", "stock", "accounts", "events", "master"],
  );
  return (
    <Panel id="import" title="Import">
      <Stack px="md" pb="md">
        <Group align="end">
          <Select
            label="What the file holds"
            value={kind}
            onChange={(value) => setKind(KINDS.find((each) => each === value) ?? kind)}
            data={KINDS.map((value) => ({ value, label: words(value) }))}
            allowDeselect={false}
            w={200}
          />
          <FileInput
            label="File"
            placeholder="CSV or JSON"
            accept=".csv,.json"
            value={file}
            onChange={setFile}
            w={300}
          />
          <GuardedButton
            why={why ?? (file ? undefined : "Choose a file first.")}
            loading={load.isPending}
            onClick={() =>
              file &&
              load.mutate(
                { kind, name: file.name, size: file.size, at: file.lastModified },
                {
                  onSuccess: ({ imported }) =>
                    notifications.show({ message: `${count(imported, "record")} taken over`, color: "dock" }),
                },
              )
            }
          >
            Import
          </GuardedButton>
        </Group>
        <Text size="sm" className="muted">
          What a file does not name stays as it is; a bad record is told and does not stop the good ones.
        </Text>
        {load.isError && <Refusal error={load.error} />}
        {load.data && <ImportReport of={load.data} />}
      </Stack>
    </Panel>
  );
}

function Company() {
  const reading = useQuery(company);
  return (
    <Panel id="company" title="The company as it is understood">
      <Reading of={reading}>
        {(found) => (
          <dl className="facts">
            <Fact name="Name">{found.name}</Fact>
            <Fact name="Country">{found.country}</Fact>
            <Fact name="Currency">{found.currency}</Fact>
            <Fact name="Works">
              {found.calendar.week.replaceAll("|", ", ")}, {found.calendar.opens} to {found.calendar.closes}
            </Fact>
            <Fact name="Warehouses">{found.warehouses.map(({ id, name }) => `${id} (${name})`).join(", ")}</Fact>
            <Fact name="Taxes">
              {found.taxes
                .map(({ jurisdiction, category, rate }) => `${jurisdiction} ${category} ${rate} %`)
                .join(", ")}
            </Fact>
          </dl>
        )}
      </Reading>
    </Panel>
  );
}

const OF = [
  "company.set",
  "company.rates_set",
  "item.set",
  "price_book.set",
  "quote.set",
  "account.profile_set",
] as const;

/** `company.rates_set` is the history of rates, `item.set` that of items. */
const ofWhat = (type: string): string => (type === "company.rates_set" ? "Rates" : words(type.split(".")[0] ?? type));

/** What was changed of master data, from the audit trail. */
function History() {
  const [of, setOf] = useState<(typeof OF)[number]>("company.set");
  const reading = useInfiniteQuery(trail({ type: of }));
  const events = reading.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Panel
      id="history"
      title="History"
      aside={
        <Group gap="xs">
          <Select
            aria-label="History of"
            size="xs"
            value={of}
            onChange={(value) => setOf(OF.find((each) => each === value) ?? of)}
            data={OF.map((value) => ({ value, label: ofWhat(value) }))}
            allowDeselect={false}
            w={150}
          />
          <CsvButton name={`history of ${of}`} rows={events} columns={TRAIL_CSV} />
        </Group>
      }
    >
      <Box px="md" pb="md" mah="60vh" style={{ overflowY: "auto" }}>
        <Trail events={events} nameOf={({ subject }) => subject} reading={reading} />
      </Box>
    </Panel>
  );
}
