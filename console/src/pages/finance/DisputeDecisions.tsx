import { Button, Table, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { getFile } from "../../api/client";
import type { Invoice } from "../../api/types";
import { Amount } from "../../components/Amount";
import { Heads } from "../../components/Heads";
import { Refusal } from "../../components/Refusal";
import { save } from "../../lib/csv";
import { day } from "../../lib/time";

/** What was decided about what the customer disputed, each with the letter that tells them. */
export function DisputeDecisions({ invoice, decisions }: { invoice: string; decisions: Invoice["decisions"] }) {
  const download = useMutation({
    mutationFn: async (decision: number) => {
      const path = { invoice, decision: String(decision) };
      const { file, name } = await getFile("/v1/invoices/{invoice}/disputes/{decision}/letter", path);
      save(name, file);
    },
  });
  if (decisions.length === 0) return null;
  return (
    <section style={{ marginBottom: 16 }}>
      <Title order={3}>Disputes decided</Title>
      <Table.ScrollContainer minWidth={520}>
        <Table>
          <Heads
            of={["When", "Code", { num: "Credited" }, { num: "Written off" }, { num: "Still due" }, "By", "Letter"]}
          />
          <Table.Tbody>
            {decisions.map((decision, at) => (
              <Table.Tr key={decision.letter}>
                <Table.Td className="nowrap">{day(decision.on)}</Table.Td>
                <Table.Td>{decision.code}</Table.Td>
                <Table.Td className="num">
                  <Amount of={decision.granted} />{" "}
                  {decision.credit_note && (
                    <Link to="/finance/invoices" search={{ open: decision.credit_note }}>
                      {decision.credit_note}
                    </Link>
                  )}
                </Table.Td>
                <Table.Td className="num">
                  <Amount of={decision.written_off} />
                </Table.Td>
                <Table.Td className="num">
                  <Amount of={decision.refused} />
                </Table.Td>
                <Table.Td>
                  {decision.by}: “{decision.reason}”
                </Table.Td>
                <Table.Td>
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Letter of decision ${at + 1}`}
                    leftSection={<IconDownload size={14} />}
                    loading={download.isPending && download.variables === at + 1}
                    onClick={() => download.mutate(at + 1)}
                  >
                    PDF
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {download.error && <Refusal error={download.error} />}
    </section>
  );
}
