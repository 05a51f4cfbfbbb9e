/**
 * Every reading of the API once, with its key. The first part of a key is what it is about (see `../changes.ts`), so that events
 * find what they have changed.
 */

export * from "./accounts";
export * from "./company";
export * from "./drafts";
export * from "./events";
export * from "./exceptions";
export * from "./fulfilment";
export * from "./instances";
export * from "./invoices";
export * from "./master";
export * from "./orders";
export * from "./payments";
export * from "./people";
export * from "./processes";
export * from "./product";
export * from "./returns";
export * from "./session";
export * from "./stock";
export * from "./systems";
export * from "./webhooks";
