/** What master data there is, in the order in which it is set up. Stock is under Availability. */
export const BROWSED = [
  "items",
  "prices",
  "customers",
  "terms",
  "limits",
  "warehouses",
  "calendars",
  "taxes",
  "rates",
  "channel-groups",
] as const;
export type Browsed = (typeof BROWSED)[number];
