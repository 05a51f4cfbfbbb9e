import { Table, TextInput } from "@mantine/core";
import type { Order, OrderLine } from "../../api/types";
import { Heads } from "../../components/Heads";
import { QuantityInput } from "../../components/QuantityInput";
import { unshipped } from "./buckets";

/** Quantities by line, as they are typed. */
export type Quantities = Readonly<Record<number, number>>;
/** Prices by line, as they are typed. */
export type Prices = Readonly<Record<number, string>>;

interface Props {
  readonly order: Order;
  readonly of: (line: OrderLine) => number;
  readonly label: string;
  readonly values: Quantities;
  readonly onChange: (values: Quantities) => void;
  /** Where prices are changed, too. */
  readonly prices?: { readonly values: Prices; readonly onChange: (values: Prices) => void };
}

/** The lines of which something is still to ship, with a quantity to type, and a price. */
export function LineQuantities({ order, of, label, values, onChange, prices }: Props) {
  const lines = order.lines.filter((line) => unshipped(line) > 0);
  const heads = ["Line", "Item", { num: "Not shipped" }, label, ...(prices ? [`Price, ${order.net.currency}`] : [])];
  return (
    <div style={{ maxHeight: 320, overflow: "auto" }}>
      <Table>
        <Heads of={heads} />
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={line.line}>
              <Table.Td>{line.line}</Table.Td>
              <Table.Td>{line.item}</Table.Td>
              <Table.Td className="num">{unshipped(line)}</Table.Td>
              <Table.Td w={130}>
                <QuantityInput
                  label={`${label}, line ${line.line}`}
                  value={values[line.line] ?? of(line)}
                  onChange={(value) => onChange({ ...values, [line.line]: value })}
                />
              </Table.Td>
              {prices && (
                <Table.Td w={130}>
                  <TextInput
                    aria-label={`Price, line ${line.line}`}
                    size="xs"
                    inputMode="decimal"
                    value={prices.values[line.line] ?? line.price}
                    onChange={(event) => prices.onChange({ ...prices.values, [line.line]: event.currentTarget.value })}
                  />
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
