import { Drawer, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface BesideProps {
  /** What it is, as its heading says: "Invoice". */
  readonly noun: string;
  /** Which one; nothing is open without. */
  readonly id: string | undefined;
  readonly size?: "lg" | "xl";
  readonly onClose: () => void;
  readonly children: (id: string) => ReactNode;
}

/** One of a list, beside the list: its address is that of the list with it. */
export function Beside({ noun, id, size = "xl", onClose, children }: BesideProps) {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size={size}
      title={
        <Text fw={650}>
          {noun} {id}
        </Text>
      }
    >
      {id !== undefined && children(id)}
    </Drawer>
  );
}
