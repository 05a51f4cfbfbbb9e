import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { eventId, flag, moment, oneOf, text, understand } from "./lib/search";
import { BROWSED } from "./pages/administration/browsed";
import { JOB_STATUSES } from "./pages/systems/jobs";
import { Broken, NotHere } from "./shell/Broken";
import { Layout } from "./shell/Layout";
import { page } from "./shell/page";

/** The map: each address, what may stand behind its question mark, and the page that shows it. */
const root = createRootRoute({ component: Layout, errorComponent: Broken, notFoundComponent: NotHere });

const today = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: page(() => import("./pages/today/TodayPage"), "TodayPage"),
});

const exceptions = createRoute({
  getParentRoute: () => root,
  path: "/exceptions",
  validateSearch: understand({
    status: oneOf(["open", "claimed", "resolved", "cleared", "all"]),
    kind: text,
    owner: text,
    assignee: text,
    severity: oneOf(["critical", "high", "medium", "low"]),
    mine: flag,
    age: text,
    due: oneOf(["late", "soon"]),
    order: text,
    q: text,
    sort: text,
    case: text,
  }),
  component: page(() => import("./pages/exceptions/ExceptionsPage"), "ExceptionsPage"),
});

const orders = createRoute({
  getParentRoute: () => root,
  path: "/orders",
  validateSearch: understand({
    view: oneOf(["table", "board"]),
    status: text,
    account: text,
    channel: oneOf(["api", "file", "edi", "shop"]),
    today: oneOf(["received", "promised", "released", "shipped", "invoiced"]),
    promise: oneOf(["missed", "at_risk"]),
    q: text,
    sort: text,
  }),
  component: page(() => import("./pages/orders/OrdersPage"), "OrdersPage"),
});

const order = createRoute({
  getParentRoute: () => root,
  path: "/orders/$order",
  validateSearch: understand({
    tab: oneOf(["lines", "process", "documents", "original"]),
    instance: text,
    at: eventId,
    events: oneOf(["all"]),
  }),
  component: page(() => import("./pages/order/OrderPage"), "OrderPage"),
});

const systems = createRoute({
  getParentRoute: () => root,
  path: "/systems",
  validateSearch: understand({
    tab: oneOf(["systems", "dead-letters", "jobs"]),
    capability: text,
    type: text,
    status: oneOf(JOB_STATUSES),
    sort: text,
    open: text,
  }),
  component: page(() => import("./pages/systems/SystemsPage"), "SystemsPage"),
});

const availability = createRoute({
  getParentRoute: () => root,
  path: "/availability",
  validateSearch: understand({
    item: text,
    quantity: text,
    q: text,
    sort: text,
    only: oneOf(["backordered", "short"]),
    show: oneOf(["backorders"]),
  }),
  component: page(() => import("./pages/availability/AvailabilityPage"), "AvailabilityPage"),
});

const fulfilment = createRoute({
  getParentRoute: () => root,
  path: "/fulfilment",
  validateSearch: understand({
    tab: oneOf(["warehouse-orders", "shipments", "returns"]),
    progress: text,
    node: text,
    status: text,
    stand: oneOf(["open", "unacknowledged", "late", "short"]),
    sort: text,
    open: text,
  }),
  component: page(() => import("./pages/fulfilment/FulfilmentPage"), "FulfilmentPage"),
});

const finance = createRoute({
  getParentRoute: () => root,
  path: "/finance",
  beforeLoad: () => {
    throw redirect({ to: "/finance/invoices" });
  },
});

const invoices = createRoute({
  getParentRoute: () => root,
  path: "/finance/invoices",
  validateSearch: understand({ account: text, order: text, number: text, sort: text, open: text }),
  component: page(() => import("./pages/finance/InvoicesPage"), "InvoicesPage"),
});

const backlog = createRoute({
  getParentRoute: () => root,
  path: "/finance/backlog",
  validateSearch: understand({ stage: oneOf(["to bill", "to book"]), sort: text }),
  component: page(() => import("./pages/finance/BacklogPage"), "BacklogPage"),
});

const payments = createRoute({
  getParentRoute: () => root,
  path: "/finance/payments",
  validateSearch: understand({ status: text, account: text, today: oneOf(["matched"]), sort: text, open: text }),
  component: page(() => import("./pages/finance/PaymentsPage"), "PaymentsPage"),
});

const accounts = createRoute({
  getParentRoute: () => root,
  path: "/finance/accounts",
  validateSearch: understand({ account: text, sort: text, only: oneOf(["overdue", "over-limit"]) }),
  component: page(() => import("./pages/finance/AccountsPage"), "AccountsPage"),
});

const reconciliation = createRoute({
  getParentRoute: () => root,
  path: "/finance/reconciliation",
  validateSearch: understand({ sort: text }),
  component: page(() => import("./pages/finance/ReconciliationPage"), "ReconciliationPage"),
});

const processes = createRoute({
  getParentRoute: () => root,
  path: "/processes",
  validateSearch: understand({
    process: text,
    version: text,
    element: text,
    state: text,
    key: text,
    incident: text,
    sort: text,
    show: oneOf(["went-through", "ended"]),
  }),
  component: page(() => import("./pages/processes/ProcessesPage"), "ProcessesPage"),
});

const instance = createRoute({
  getParentRoute: () => root,
  path: "/processes/instances/$instance",
  component: page(() => import("./pages/processes/InstancePage"), "InstancePage"),
});

const rules = createRoute({
  getParentRoute: () => root,
  path: "/rules",
  validateSearch: understand({
    tab: oneOf(["drafts", "in-force"]),
    status: oneOf(["editing", "submitted", "approved", "deployed", "discarded"]),
    sort: text,
  }),
  component: page(() => import("./pages/rules/RulesPage"), "RulesPage"),
});

const definition = createRoute({
  getParentRoute: () => root,
  path: "/rules/$definition",
  validateSearch: understand({ version: text, against: text }),
  component: page(() => import("./pages/rules/DefinitionPage"), "DefinitionPage"),
});

const draft = createRoute({
  getParentRoute: () => root,
  path: "/rules/drafts/$draft",
  validateSearch: understand({ tab: oneOf(["edit", "changes", "try", "history"]) }),
  component: page(() => import("./pages/rules/DraftPage"), "DraftPage"),
});

const insight = createRoute({
  getParentRoute: () => root,
  path: "/insight",
  beforeLoad: () => {
    throw redirect({ to: "/insight/map" });
  },
});

const processMap = createRoute({
  getParentRoute: () => root,
  path: "/insight/map",
  validateSearch: understand({ entries: oneOf(["2000", "10000", "50000"]), step: text, sort: text }),
  component: page(() => import("./pages/insight/InsightPage"), "InsightPage"),
});

const serviceLevels = createRoute({
  getParentRoute: () => root,
  path: "/insight/service-levels",
  validateSearch: understand({ sort: text }),
  component: page(() => import("./pages/insight/ServiceLevelsPage"), "ServiceLevelsPage"),
});

const administration = createRoute({
  getParentRoute: () => root,
  path: "/administration",
  beforeLoad: () => {
    throw redirect({ to: "/administration/users" });
  },
});

const users = createRoute({
  getParentRoute: () => root,
  path: "/administration/users",
  validateSearch: understand({ q: text, sort: text, open: text }),
  component: page(() => import("./pages/administration/UsersPage"), "UsersPage"),
});

const clients = createRoute({
  getParentRoute: () => root,
  path: "/administration/clients",
  validateSearch: understand({ q: text, sort: text, open: text }),
  component: page(() => import("./pages/administration/ClientsPage"), "ClientsPage"),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: "/administration/audit",
  validateSearch: understand({ subject: text, actor: text, type: text, from: moment, to: moment, open: eventId }),
  component: page(() => import("./pages/administration/AuditPage"), "AuditPage"),
});

const masterData = createRoute({
  getParentRoute: () => root,
  path: "/administration/master-data",
  validateSearch: understand({
    kind: oneOf(BROWSED),
    sort: text,
    open: text,
  }),
  component: page(() => import("./pages/administration/MasterDataPage"), "MasterDataPage"),
});

const webhooks = createRoute({
  getParentRoute: () => root,
  path: "/administration/webhooks",
  validateSearch: understand({ q: text, sort: text, open: text }),
  component: page(() => import("./pages/administration/WebhooksPage"), "WebhooksPage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/administration/settings",
  validateSearch: understand({ q: text, sort: text }),
  component: page(() => import("./pages/administration/SettingsPage"), "SettingsPage"),
});

const about = createRoute({
  getParentRoute: () => root,
  path: "/administration/about",
  validateSearch: understand({ sort: text }),
  component: page(() => import("./pages/administration/AboutPage"), "AboutPage"),
});

const tree = root.addChildren([
  today,
  exceptions,
  orders,
  order,
  systems,
  availability,
  fulfilment,
  finance,
  invoices,
  backlog,
  payments,
  accounts,
  reconciliation,
  processes,
  instance,
  rules,
  definition,
  draft,
  insight,
  processMap,
  serviceLevels,
  administration,
  users,
  clients,
  audit,
  masterData,
  webhooks,
  settings,
  about,
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: "intent",
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
