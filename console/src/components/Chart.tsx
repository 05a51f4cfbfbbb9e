import { Switch, Table, useComputedColorScheme } from "@mantine/core";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef, useState } from "react";

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

/** A series: a name, and a value for each category. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
  readonly colour?: string;
}

interface Props {
  readonly title: string;
  readonly categories: readonly string[];
  readonly series: readonly Series[];
  /** Bars lie and are stacked; steps hold until the next value. */
  readonly kind: "bars" | "steps";
  readonly height?: number;
  /** Called with the category and the series that were chosen. */
  readonly onPick?: (category: string, series: string) => void;
}

const INK = { light: { text: "#3d4752", line: "#dfe4e8" }, dark: { text: "#c0c8d0", line: "#2f3840" } };
const COLOURS = ["#0f8c93", "#d9822b", "#4a7fc1", "#b3475a", "#7a6fb0"];

/** A chart, and the same as a table for those who want to read or cannot see it. */
export default function Chart({ title, categories, series, kind, height = 260, onPick }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [asTable, setAsTable] = useState(false);
  const scheme = useComputedColorScheme("light");

  useEffect(() => {
    if (!place.current || asTable) return;
    const chart = init(place.current);
    const { text, line } = INK[scheme];
    const names = {
      type: "category" as const,
      data: [...categories],
      axisLabel: { color: text },
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
    };
    const numbers = {
      type: "value" as const,
      minInterval: 1,
      axisLabel: { color: text },
      splitLine: { lineStyle: { color: line } },
    };
    chart.setOption({
      color: COLOURS,
      animation: false,
      aria: { enabled: true, label: { description: `${title}. The same is there as a table.` } },
      legend: { show: series.length > 1, bottom: 0, textStyle: { color: text }, itemWidth: 12, itemHeight: 12 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      grid: { left: 8, right: 16, top: 8, bottom: series.length > 1 ? 32 : 8, containLabel: true },
      xAxis: kind === "bars" ? numbers : names,
      yAxis: kind === "bars" ? { ...names, inverse: true } : numbers,
      series: series.map(({ name, values, colour }) => ({
        name,
        data: [...values],
        ...(colour ? { itemStyle: { color: colour } } : {}),
        ...(kind === "bars"
          ? { type: "bar" as const, stack: "all", barMaxWidth: 18 }
          : { type: "line" as const, step: "end" as const, symbolSize: 7, lineStyle: { width: 2 } }),
      })),
    });
    if (onPick) chart.on("click", (event) => onPick(String(event.name), String(event.seriesName)));
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      chart.dispose();
    };
  }, [title, categories, series, kind, scheme, onPick, asTable]);

  return (
    <div style={{ padding: "0 16px 12px" }}>
      <Switch
        size="xs"
        label="As a table"
        checked={asTable}
        onChange={(event) => setAsTable(event.currentTarget.checked)}
        mb="xs"
      />
      {asTable ? (
        <Table.ScrollContainer minWidth={300}>
          <Table aria-label={title}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th />
                {series.map(({ name }) => (
                  <Table.Th key={name} className="num">
                    {name}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {categories.map((category, index) => (
                <Table.Tr key={category}>
                  <Table.Td>{category}</Table.Td>
                  {series.map(({ name, values }) => (
                    <Table.Td key={name} className="num">
                      {values[index]}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      ) : (
        <div ref={place} style={{ height }} role="img" aria-label={title} />
      )}
    </div>
  );
}
