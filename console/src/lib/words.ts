/** Plain words for the names that the API uses. A name that is not listed is shown as it is, with its underscores as spaces. */
const WORDS: Readonly<Record<string, string>> = {
  CREDIT: "Credit",
  PRICE: "Price",
  TAX: "Tax",
  ADDRESS: "Address",
  "ITEM-XREF": "Unknown item",
  DUPLICATE: "Duplicate",
  SHORTAGE: "Shortage",
  "BACKORDER-LATE": "Late backorder",
  "WMS-REJECT": "Warehouse refused",
  "SHIP-DISCREPANCY": "Shipment differs",
  CARRIER: "Carrier",
  "BILLING-BLOCKED": "Billing blocked",
  "PARTIAL-BILLING-DECISION": "Partial billing",
  "INVOICE-REJECTED": "Invoice refused",
  "PAYMENT-UNMATCHED": "Payment unmatched",
  DEDUCTION: "Deduction",
  "RETURN-DISCREPANCY": "Return",
  "RECON-BREAK": "Records disagree",
  INTEGRATION: "Integration",
  "POLICY-OVERRIDE": "Policy override",
  EXPORT: "Export control",
  use_expected_price: "Use our price",
  put_on_account: "Put on account",
  write_off: "Write off",
  resource: "Source again",
  degrade: "Use our own tax",
  acknowledge: "Acknowledge",
  authorise: "Agree to the return",
  "CR-LIMIT": "Over the limit",
  edi: "EDI",
  api: "API",
};

/** What each action on an exception does, as the reference of exceptions says. */
const MEANINGS: Readonly<Record<string, string>> = {
  release: "Let it pass as it is",
  use_expected_price: "Take our price instead of the customer’s",
  correct: "Name the right item, unit or address, then check again",
  retry: "Check or try again, once the cause is mended",
  cancel: "Cancel the order, or the units that are missing",
  wait: "Keep waiting: for supply, an answer or a payment",
  resource: "Look for the missing units at all warehouses",
  match: "Match the payment to the items that you name",
  put_on_account: "Put the money on the customer’s account",
  write_off: "Accept the difference and write it off",
  reject: "Insist on the difference, or refuse the return",
  authorise: "Agree to the return",
  acknowledge: "Seen; nothing has to be done",
  degrade: "Go on with our own computation until the system is back",
};

/** `on_hold` becomes “On hold”. */
export function words(name: string): string {
  const known = WORDS[name];
  if (known !== undefined) return known;
  const plain = name.replaceAll("_", " ").replaceAll("-", " ").trim();
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** The same within a sentence. */
export function inWords(name: string): string {
  const text = words(name);
  return text.slice(1) === text.slice(1).toLowerCase() ? text.toLowerCase() : text;
}

/** What an action on an exception does. */
export function meaning(action: string): string {
  return MEANINGS[action] ?? words(action);
}

/** “1 order”, “12 orders”. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : plural}`;
}

/** “sales, warehouse or director”. */
export function either(names: readonly string[]): string {
  const texts = names.map(inWords);
  const last = texts.pop();
  if (last === undefined) return "nobody";
  return texts.length === 0 ? last : `${texts.join(", ")} or ${last}`;
}
