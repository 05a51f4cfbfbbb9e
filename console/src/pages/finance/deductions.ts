/** The codes of what customers deduct, as the product knows them, each with what it says (domain: deductions). */
export const CODES: Readonly<Record<string, string>> = {
  PRC: "Contract price",
  PRM: "Promotion",
  QTY: "Quantity",
  FRT: "Freight",
  TAX: "Tax",
  DMG: "Damage",
  LATE: "Late delivery",
  RET: "Return",
  UD: "Unearned discount",
  BNK: "Bank charges",
  UNK: "Not known",
};

/** What becomes of what the money does not cover. */
export type Rest = "open" | "write_off" | "dispute";
