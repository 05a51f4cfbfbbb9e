import {
  IconAlertTriangle,
  IconBuildingWarehouse,
  IconCash,
  IconChartDots3,
  IconHome,
  IconPackages,
  IconPlugConnected,
  IconRoute,
  IconScale,
  IconShoppingCart,
  IconUsers,
} from "@tabler/icons-react";

/** The pages of the main menu, in the order of the day's work. `key` opens one after `g`. */
export const PLACES = [
  { to: "/", name: "Today", key: "t", icon: IconHome, about: "What came in, what left, what stands" },
  {
    to: "/exceptions",
    name: "Exceptions",
    key: "e",
    icon: IconAlertTriangle,
    about: "Everything that waits for a person",
  },
  { to: "/orders", name: "Orders", key: "o", icon: IconShoppingCart, about: "All orders, as a table and as a board" },
  { to: "/availability", name: "Availability", key: "a", icon: IconPackages, about: "What can be promised, and when" },
  {
    to: "/fulfilment",
    name: "Fulfilment",
    key: "f",
    icon: IconBuildingWarehouse,
    about: "Warehouse orders and shipments",
  },
  { to: "/finance", name: "Finance", key: "m", icon: IconCash, about: "Invoices, payments and accounts" },
  { to: "/processes", name: "Processes", key: "p", icon: IconRoute, about: "Process versions and running instances" },
  { to: "/rules", name: "Rules", key: "r", icon: IconScale, about: "Versions and drafts of processes and decisions" },
  { to: "/insight", name: "Insight", key: "i", icon: IconChartDots3, about: "Process map and service levels" },
  {
    to: "/systems",
    name: "Systems",
    key: "s",
    icon: IconPlugConnected,
    about: "Connected systems, dead letters and the jobs of workers",
  },
  {
    to: "/administration",
    name: "Administration",
    key: "d",
    icon: IconUsers,
    about: "Users, API clients with their keys, and the audit trail",
  },
] as const;
