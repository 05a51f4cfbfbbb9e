import { Sections } from "../../components/Sections";

/** The parts of insight. */
const INSIGHT = [
  { to: "/insight/map", name: "Process map" },
  { to: "/insight/service-levels", name: "Service levels" },
] as const;

export function InsightSections() {
  return <Sections label="Insight" of={INSIGHT} />;
}
