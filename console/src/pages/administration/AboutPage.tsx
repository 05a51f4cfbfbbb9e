import packages from "virtual:packages";
import { Button, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { description } from "../../api/queries";
import type { Column } from "../../components/Grid";
import { Rows } from "../../components/List";
import { Fact, Page, Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { type CsvColumn, download } from "../../lib/csv";
import { words } from "../../lib/words";
import { AdministrationSections } from "./Sections";

const route = getRouteApi("/administration/about");

type Package = (typeof packages)[number];

const COLUMNS: readonly Column<Package>[] = [
  { id: "name", header: "Package", width: 260, grow: true, cell: ({ name }) => name, by: ({ name }) => name },
  { id: "part", header: "Part of", width: 120, cell: ({ part }) => words(part), by: ({ part }) => part },
  { id: "version", header: "Version", width: 120, cell: ({ version }) => version, by: ({ version }) => version },
  { id: "licence", header: "Licence", width: 220, cell: ({ licence }) => licence, by: ({ licence }) => licence },
];

const CSV: readonly CsvColumn<Package>[] = [
  { header: "package", value: ({ name }) => name },
  { header: "part", value: ({ part }) => part },
  { header: "version", value: ({ version }) => version },
  { header: "licence", value: ({ licence }) => licence },
];

/** Which version this is, where its API is described, and what it is made of. */
export function AboutPage() {
  const { sort } = route.useSearch();
  const navigate = route.useNavigate();
  const reading = useQuery(description);
  return (
    <Page title="About" actions={<AdministrationSections />}>
      <Panel>
        <Reading of={reading} rows={2}>
          {({ text, title, version, licence }) => (
            <SimpleGrid cols={{ base: 1, sm: 3 }} component="dl" m={0} p="md">
              <Fact name={title}>Version {version}</Fact>
              <Fact name="Licence">{licence}</Fact>
              <Fact name="The API (OpenAPI 3.1)">
                <code style={{ overflowWrap: "anywhere" }}>{location.origin}/openapi.json</code>{" "}
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => download("crossdock-openapi.json", text, "application/json")}
                >
                  Download
                </Button>
              </Fact>
            </SimpleGrid>
          )}
        </Reading>
      </Panel>
      <Panel id="packages" title="What it is made of">
        <Text size="sm" className="muted" px="md">
          The crates of the program and the packages of the console. The diagrams are drawn by bpmn.io, under its own
          licence: MIT, and its mark stays visible.
        </Text>
        <Rows
          noun="package"
          rows={packages}
          columns={COLUMNS}
          csv={CSV}
          idOf={({ part, name, version }) => `${part} ${name} ${version}`}
          current={undefined}
          onOpen={() => undefined}
          sort={sort}
          onSort={(next) => void navigate({ search: { sort: next }, replace: true })}
          none="The console was built without its lists of packages."
          height="50vh"
        />
      </Panel>
    </Page>
  );
}
