import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { company, fulfilment } from "../../api/queries";
import { Panel } from "../../components/Page";
import { Reading } from "../../components/states";
import { STANDING_MEANS, STANDING_NAMES, STANDINGS } from "./standing";

/** What each warehouse has, as figures that open the list which they count. */
export function ByWarehouse() {
  const reading = useQuery(fulfilment);
  const warehouses = useQuery(company).data?.warehouses ?? [];
  return (
    <Panel>
      <Reading of={reading} rows={3}>
        {({ items }) => (
          <Table.ScrollContainer minWidth={520}>
            <Table aria-label="Warehouses">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Warehouse</Table.Th>
                  {STANDINGS.map((standing) => (
                    <Table.Th key={standing} className="num" title={STANDING_MEANS[standing]}>
                      {STANDING_NAMES[standing]}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map(({ node, ...counts }) => (
                  <Table.Tr key={node}>
                    <Table.Td>
                      <Link to="/fulfilment" search={{ node }}>
                        {warehouses.find(({ id }) => id === node)?.name || node}
                      </Link>
                    </Table.Td>
                    {STANDINGS.map((stand) => (
                      <Table.Td key={stand} className="num">
                        {counts[stand] === 0 ? (
                          <span className="muted">0</span>
                        ) : (
                          <Link
                            to="/fulfilment"
                            search={{ node, stand }}
                            className={stand === "open" ? "" : "late"}
                            aria-label={`${counts[stand]} ${STANDING_NAMES[stand].toLowerCase()} at ${node}`}
                          >
                            {counts[stand]}
                          </Link>
                        )}
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Reading>
    </Panel>
  );
}
