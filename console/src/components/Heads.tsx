import { Table } from "@mantine/core";

/** A column of numbers is marked as such; an empty name is a column of buttons. */
type Head = string | { readonly num: string };

/** The head of a table. */
export function Heads({ of }: { of: readonly Head[] }) {
  return (
    <Table.Thead>
      <Table.Tr>
        {of.map((head) => {
          const name = typeof head === "string" ? head : head.num;
          if (name === "") return <Table.Td key="buttons" />;
          return (
            <Table.Th key={name} {...(typeof head === "string" ? {} : { className: "num" })}>
              {name}
            </Table.Th>
          );
        })}
      </Table.Tr>
    </Table.Thead>
  );
}
