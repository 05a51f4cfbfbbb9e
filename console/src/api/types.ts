import type { components } from "./schema";

type Schemas = components["schemas"];

export type Me = Schemas["WhoView"];
export type Order = Schemas["OrderView"];
export type OrderLine = Schemas["LineView"];
export type Hold = Schemas["HoldView"];
export type Exception = Schemas["ExceptionView"];
export type CloudEvent = Schemas["CloudEvent"];
export type Waiting = Schemas["WaitingView"];
export type Wait = Schemas["WaitView"];
export type Shipment = Schemas["ShipmentView"];
export type WarehouseOrder = Schemas["WarehouseOrderView"];
export type Invoice = Schemas["InvoiceView"];
export type Payment = Schemas["PaymentView"];
export type Account = Schemas["AccountView"];
export type System = Schemas["SystemView"];
export type DeadLetter = Schemas["DeadLetter"];
export type Stock = Schemas["StockView"];
export type Availability = Schemas["AvailabilityView"];
export type Instance = Schemas["InstanceView"];
export type Batch = Schemas["BatchView"];
export type ProcessVersion = Schemas["VersionView"];
export type Progress = Schemas["ProgressView"];
export type User = Schemas["UserView"];
export type Client = Schemas["ClientView"];
export type ClientKey = Schemas["KeyView"];
export type ProblemDetails = Schemas["Problem"];
