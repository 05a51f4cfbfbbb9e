import { Sections } from "../../components/Sections";

/** The parts of administration. */
const ADMINISTRATION = [
  { to: "/administration/users", name: "Users" },
  { to: "/administration/clients", name: "API clients" },
  { to: "/administration/webhooks", name: "Webhooks" },
  { to: "/administration/audit", name: "Audit" },
  { to: "/administration/master-data", name: "Master data" },
  { to: "/administration/settings", name: "Settings" },
  { to: "/administration/about", name: "About" },
] as const;

export function AdministrationSections() {
  return <Sections label="Administration" of={ADMINISTRATION} />;
}
