/** Every page of the console, and what is on it once it is there. */
export interface Shown {
  readonly name: string;
  readonly path: string;
  readonly heading: RegExp;
  /** A text that only comes with the data. */
  readonly sign: RegExp;
}

interface Things {
  readonly held: string;
  readonly shipped: string;
  readonly exception: string;
  readonly account: string;
  readonly item: string;
  readonly instance: string;
  readonly payment: string;
  readonly invoice: string;
  readonly job: string;
  readonly event: string;
  readonly rule: string;
  readonly draftOfRule: string;
  readonly draftOfProcess: string;
  readonly draftOfForm: string;
}

export function allPages(things: Things): Shown[] {
  const { held, shipped, exception, account, item, instance, payment, event, rule, draftOfRule, draftOfProcess } =
    things;
  return [
    { name: "today", path: "/", heading: /^Today$/, sign: /Due next/ },
    { name: "exceptions", path: "/exceptions", heading: /^Exceptions$/, sign: /EX-\d+/ },
    { name: "case", path: `/exceptions?case=${exception}`, heading: /^Exceptions$/, sign: /May decide/ },
    { name: "orders", path: "/orders", heading: /^Orders$/, sign: /SO-\d+/ },
    { name: "board", path: "/orders?view=board", heading: /^Orders$/, sign: /SO-\d+/ },
    { name: "order", path: `/orders/${shipped}`, heading: new RegExp(`^Order ${shipped}$`), sign: /shipped/ },
    {
      name: "order-process",
      path: `/orders/${held}?tab=process`,
      heading: new RegExp(`^Order ${held}$`),
      sign: /What releases it/,
    },
    {
      name: "order-documents",
      path: `/orders/${shipped}?tab=documents`,
      heading: new RegExp(`^Order ${shipped}$`),
      sign: /SH-\d+/,
    },
    {
      name: "availability",
      path: `/availability?item=${item}&quantity=5`,
      heading: /^Availability of/,
      sign: /can be promised now/,
    },
    { name: "backorders", path: "/availability?show=backorders", heading: /^Availability$/, sign: /backorders? shown/ },
    { name: "fulfilment", path: "/fulfilment", heading: /^Fulfilment$/, sign: /WO-\d+/ },
    { name: "invoices", path: "/finance/invoices", heading: /^Invoices$/, sign: /SO-\d+/ },
    { name: "backlog", path: "/finance/backlog", heading: /^Invoice backlog$/, sign: /items? shown/ },
    { name: "payments", path: "/finance/payments", heading: /^Payments$/, sign: /PY-\d+/ },
    { name: "payment", path: `/finance/payments?open=${payment}`, heading: /^Payments$/, sign: /Remittance/ },
    {
      name: "account",
      path: `/finance/accounts?account=${account}`,
      heading: new RegExp(`^Account ${account}$`),
      sign: /Credit limit/,
    },
    { name: "accounts", path: "/finance/accounts", heading: /^Accounts$/, sign: /accounts? shown/ },
    { name: "reconciliation", path: "/finance/reconciliation", heading: /^Reconciliation$/, sign: /Found so far/ },
    { name: "processes", path: "/processes", heading: /^Processes$/, sign: /PI-\d+/ },
    {
      name: "heat",
      path: "/processes?show=went-through",
      heading: /^Processes$/,
      sign: /This is what they went through/,
    },
    {
      name: "ended-instances",
      path: "/processes?show=ended",
      heading: /^Processes$/,
      sign: /ended instances? shown/,
    },
    { name: "instance", path: `/processes/instances/${instance}`, heading: /^Instance PI-/, sign: /What releases it/ },
    { name: "rules", path: "/rules?tab=drafts", heading: /^Rules$/, sign: /DR-\d+/ },
    { name: "rules-in-force", path: "/rules", heading: /^Rules$/, sign: /Order to cash/ },
    {
      name: "rule",
      path: `/rules/${encodeURIComponent(rule)}`,
      heading: /^Service levels model$/,
      sign: /There is one version only|Changed|New/,
    },
    {
      name: "draft-decisions",
      path: `/rules/drafts/${draftOfRule}`,
      heading: /^Shorter answers$/,
      sign: /What is wrong in it/,
    },
    {
      name: "draft-process",
      path: `/rules/drafts/${draftOfProcess}`,
      heading: /^Ask sales first$/,
      sign: /What is wrong in it/,
    },
    { name: "process-map", path: "/insight/map?entries=50000", heading: /^Process map$/, sign: /ways shown/ },
    {
      name: "service-levels",
      path: "/insight/service-levels",
      heading: /^Service levels$/,
      sign: /service levels? shown/,
    },
    { name: "systems", path: "/systems", heading: /^Systems$/, sign: /erp\.post_invoice/ },
    { name: "dead-letters", path: "/systems?tab=dead-letters", heading: /^Systems$/, sign: /dead letters/ },
    { name: "jobs", path: "/systems?tab=jobs&type=label-parcel", heading: /^Systems$/, sign: /jobs? shown/ },
    { name: "job", path: `/systems?tab=jobs&open=${things.job}`, heading: /^Systems$/, sign: /Leased so far/ },
    {
      name: "invoice",
      path: `/finance/invoices?open=${things.invoice}`,
      heading: /^Invoices$/,
      sign: /Credit or dispute/,
    },
    { name: "users", path: "/administration/users", heading: /^Users$/, sign: /nora/ },
    {
      name: "user",
      path: "/administration/users?open=nora",
      heading: /^Users$/,
      sign: /With a password|No password yet/,
    },
    { name: "clients", path: "/administration/clients", heading: /^API clients$/, sign: /webshop/ },
    {
      name: "client",
      path: "/administration/clients?open=webshop",
      heading: /^API clients$/,
      sign: /cd_live_/,
    },
    { name: "audit", path: "/administration/audit", heading: /^Audit$/, sign: /searched back/ },
    {
      name: "event",
      path: `/administration/audit?open=%22${event}%22`,
      heading: /^Audit$/,
      sign: /What was recorded/,
    },
    { name: "webhooks", path: "/administration/webhooks", heading: /^Webhooks$/, sign: /webhooks? shown/ },
    {
      name: "webhook",
      path: "/administration/webhooks?open=shop",
      heading: /^Webhooks$/,
      sign: /Delivered up to/,
    },
    { name: "settings", path: "/administration/settings", heading: /^Settings$/, sign: /server\.listen/ },
    {
      name: "draft-form",
      path: `/rules/drafts/${things.draftOfForm}`,
      heading: /^A form to ask$/,
      sign: /What is wrong in it/,
    },
    {
      name: "master-data",
      path: "/administration/master-data",
      heading: /^Master data$/,
      sign: /The company as it is understood/,
    },
    {
      name: "item",
      path: `/administration/master-data?open=${item}`,
      heading: /^Master data$/,
      sign: /Landed cost/,
    },
    { name: "about", path: "/administration/about", heading: /^About$/, sign: /Version \d/ },
  ];
}
