import type { ReactNode } from "react";
import { words } from "../lib/words";
import { Beside } from "./Beside";
import { List, type ListProps } from "./List";

interface Props<T> extends Omit<ListProps<T>, "idOf" | "current" | "onOpen" | "onSort"> {
  readonly open: string | undefined;
  /** Puts into the address what is open and how it is sorted. */
  readonly set: (change: { open?: string | undefined; sort?: string | undefined }) => void;
  readonly size?: "lg" | "xl";
  /** The one that is open. */
  readonly children: (id: string) => ReactNode;
}

/** A long list of what has an id, each of which opens beside it. */
export function OpenedList<T extends { id: string }>({ open, set, size = "xl", children, ...list }: Props<T>) {
  return (
    <>
      <List
        {...list}
        idOf={({ id }) => id}
        current={open}
        onOpen={({ id }) => set({ open: id })}
        onSort={(sort) => set({ sort })}
      />
      <Beside noun={words(list.noun)} id={open} size={size} onClose={() => set({ open: undefined })}>
        {children}
      </Beside>
    </>
  );
}
