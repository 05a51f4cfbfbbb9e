import { type ColumnDef, createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type ReactNode,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
} from "react";
import { useKeys } from "../shell/keys";

/** A column of a grid. Widths are in pixels; one column may grow. */
export interface Column<T> {
  readonly id: string;
  readonly header: string;
  readonly width: number;
  readonly grow?: boolean;
  readonly end?: boolean;
  readonly cell: (row: T) => ReactNode;
  /** What rows are sorted by; a column without it does not sort. */
  readonly by?: (row: T) => string | number;
}

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

interface Props<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly idOf: (row: T) => string;
  readonly height: string;
  readonly current?: string | undefined;
  readonly onOpen: (row: T) => void;
  readonly sorting?: Sorting | undefined;
  readonly onSort?: (sorting: Sorting | undefined) => void;
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (selected: ReadonlySet<string>) => void;
  /** Called when the reader comes near the end of what is loaded. */
  readonly onEnd?: () => void;
  readonly rowHeight?: number;
  /** The page itself says what j and k do while the grid has no focus. */
  readonly pageSteps?: boolean;
}

const features = tableFeatures({});

/** Sorts without changing what was given. Equal rows keep their order. */
export function sorted<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  sorting: Sorting | undefined,
): readonly T[] {
  const by = columns.find(({ id }) => id === sorting?.column)?.by;
  if (!by || !sorting) return rows;
  const sign = sorting.descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [by(a), by(b)];
    if (typeof x === "number" && typeof y === "number") return sign * (x - y);
    return sign * String(x).localeCompare(String(y), "en", { numeric: true });
  });
}

/** A table that draws only the rows that are seen, so that ten thousand scroll like ten. Arrows, j and k move; Enter opens; x selects. j and k also come into it. */
export function Grid<T extends object>(props: Props<T>) {
  const { rows, columns, idOf, current, selected, onSelect, onOpen, onEnd, rowHeight = 38 } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const ordered = useMemo(() => sorted(rows, columns, props.sorting) as T[], [rows, columns, props.sorting]);
  const definitions = useMemo(() => {
    const helper = createColumnHelper<typeof features, T>();
    return columns.map((column) =>
      helper.display({ id: column.id, header: column.header, cell: ({ row }) => column.cell(row.original) }),
    ) as ColumnDef<typeof features, T>[];
  }, [columns]);
  const table = useTable({ features, columns: definitions, data: ordered, getRowId: idOf });
  const models = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: models.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (models.length > 0 && last >= models.length - 20) onEnd?.();
  }, [last, models.length, onEnd]);

  useCut(scroller);

  const at = models.findIndex(({ id }) => id === current);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);

  function toggle(id: string): void {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect?.(next);
  }

  const cursor = useRef(0);
  function focusOn(index: number): void {
    cursor.current = Math.max(0, Math.min(models.length - 1, index));
    virtual.scrollToIndex(cursor.current, { align: "auto" });
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${cursor.current}"]`)?.focus();
    });
  }
  /** Comes into the grid: to the row where one was, or from the one that is open to the next. What is hidden leaves the key to others. */
  function enter(step: 1 | -1): boolean {
    if (models.length === 0 || !scroller.current?.checkVisibility()) return false;
    focusOn(at >= 0 ? at + step : cursor.current);
    return true;
  }
  useKeys(props.pageSteps ? {} : { j: () => enter(1), k: () => enter(-1) });

  function move(event: KeyboardEvent<HTMLDivElement>): void {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 12, PageUp: -12 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step !== undefined || event.key === "Home" || event.key === "End") {
      event.preventDefault();
      const wanted = event.key === "Home" ? 0 : event.key === "End" ? models.length - 1 : cursor.current + (step ?? 0);
      focusOn(wanted);
    }
    const row = models[cursor.current];
    if (!row || (event.target as HTMLElement).closest("a, button, input")) return;
    if (event.key !== "Enter" && !(event.key === "x" && onSelect)) return;
    // it is done with: the page does not do it a second time
    event.preventDefault();
    if (event.key === "x") toggle(row.id);
    else onOpen(row.original);
  }

  /** One listener for all rows, so that none has to be drawn again for it. */
  function click(event: MouseEvent<HTMLDivElement>): void {
    const target = event.target as HTMLElement;
    const id = target.closest<HTMLElement>("[data-id]")?.dataset["id"];
    const row = models.find((model) => model.id === id);
    if (!row) return;
    if (target.matches("input.check")) toggle(row.id);
    else if (!target.closest("a, button, input, label")) onOpen(row.original);
  }

  const all = models.length > 0 && models.every(({ id }) => selected?.has(id));
  return (
    <div
      ref={scroller}
      className="grid"
      style={{ maxHeight: props.height, minHeight: 120 }}
      role="grid"
      aria-label={props.label}
      aria-rowcount={models.length + 1}
      aria-multiselectable={onSelect ? true : undefined}
      tabIndex={0}
      onKeyDown={move}
      onFocus={({ target }) => {
        cursor.current = Number(target.closest<HTMLElement>("[data-index]")?.dataset["index"] ?? cursor.current);
      }}
      onClick={click}
    >
      <div className="grid-head" role="row" aria-rowindex={1}>
        {onSelect && (
          <div className="grid-cell" role="columnheader" style={{ width: 44 }}>
            <input
              type="checkbox"
              className="check"
              aria-label="Select all rows"
              checked={all}
              ref={(box) => {
                if (box) box.indeterminate = !all && (selected?.size ?? 0) > 0;
              }}
              onChange={() => onSelect(all ? new Set() : new Set(models.map(({ id }) => id)))}
            />
          </div>
        )}
        {columns.map((column) => (
          <Head key={column.id} column={column} sorting={props.sorting} onSort={props.onSort} />
        ))}
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const row = models[item.index];
          return (
            row && (
              <Row
                key={row.id}
                id={row.id}
                of={row.original}
                columns={columns}
                index={item.index}
                start={item.start}
                height={rowHeight}
                isCurrent={row.id === current}
                isSelected={onSelect ? (selected?.has(row.id) ?? false) : undefined}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

/** Marks a list that goes on to the right of what is seen, which its style then shows. */
function useCut(scroller: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const list = scroller.current;
    if (!list) return;
    const mark = (): void => {
      list.toggleAttribute("data-cut", list.scrollLeft + list.clientWidth < list.scrollWidth - 1);
    };
    const watch = new ResizeObserver(mark);
    watch.observe(list);
    for (const child of list.children) watch.observe(child);
    list.addEventListener("scroll", mark, { passive: true });
    return () => {
      watch.disconnect();
      list.removeEventListener("scroll", mark);
    };
  }, [scroller]);
}

interface RowProps<T> {
  readonly id: string;
  readonly of: T;
  readonly columns: readonly Column<T>[];
  readonly index: number;
  readonly start: number;
  readonly height: number;
  readonly isCurrent: boolean;
  /** Undefined where rows cannot be selected. */
  readonly isSelected: boolean | undefined;
}

/** Drawn again only when something about it is another: while one scrolls, that is only what comes into sight. The grid listens for it. */
const Row = memo(function Row<T>({ id, of, columns, index, start, height, isCurrent, isSelected }: RowProps<T>) {
  return (
    <div
      role="row"
      tabIndex={-1}
      data-index={index}
      data-id={id}
      aria-rowindex={index + 2}
      aria-selected={isSelected ?? isCurrent}
      className={`grid-row${isCurrent ? " current" : ""}`}
      style={{ height, transform: `translateY(${start}px)` }}
    >
      {isSelected !== undefined && (
        <div className="grid-cell" role="gridcell" style={{ width: 44 }}>
          <input
            type="checkbox"
            className="check"
            tabIndex={-1}
            aria-label={`Select ${id}`}
            checked={isSelected}
            readOnly
          />
        </div>
      )}
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={`grid-cell${column.end ? " end" : ""}`} style={sizeOf(column)}>
          <span className="clip">{column.cell(of)}</span>
        </div>
      ))}
    </div>
  );
}) as <T>(props: RowProps<T>) => ReactNode;

function sizeOf<T>(column: Column<T>): { width: number; flex: string } {
  return { width: column.width, flex: `${column.grow ? 1 : 0} 0 ${column.width}px` };
}

interface HeadProps<T> {
  readonly column: Column<T>;
  readonly sorting: Sorting | undefined;
  readonly onSort: ((sorting: Sorting | undefined) => void) | undefined;
}

function Head<T>({ column, sorting, onSort }: HeadProps<T>) {
  const mine = sorting?.column === column.id ? sorting : undefined;
  const direction = mine ? (mine.descending ? "descending" : "ascending") : "none";
  // the third click gives the order back that the product has: the newest first
  const next = mine
    ? mine.descending
      ? undefined
      : { column: column.id, descending: true }
    : { column: column.id, descending: false };
  return (
    <div
      role="columnheader"
      aria-sort={column.by && onSort ? direction : undefined}
      className={`grid-cell${column.end ? " end" : ""}`}
      style={sizeOf(column)}
    >
      {column.by && onSort ? (
        <button type="button" className="sorter" onClick={() => onSort(next)}>
          {column.header}
          <span aria-hidden="true">{mine ? (mine.descending ? "▾" : "▴") : ""}</span>
        </button>
      ) : (
        <span style={{ padding: "8px 0" }}>{column.header}</span>
      )}
    </div>
  );
}
