import type { Money } from "../../lib/money";
import { words } from "../../lib/words";

/** The roles, and what each is for. */
export const ROLES = {
  sales: "Takes orders; decides on prices, addresses and unknown items",
  warehouse: "Decides on shortages, and on what warehouses and carriers report",
  credit_clerk: "Releases small credit holds",
  credit_manager: "Releases larger credit holds",
  receivables: "Matches payments; decides on deductions and billing",
  compliance: "Decides on suspected fraud and on export control, and on nothing else",
  controller: "Sees what goods cost, and what is earned on them",
  operations: "Runs connections, processes and their incidents",
  director: "May do what every other role may, but not administer",
  admin: "Adds people and programs, and says what they may do",
} as const;

/** What is asked of a person or a program before it is sent. */
export interface Rights {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** As it was typed; nothing is no limit. */
  readonly limit: string;
  /** Of a program: the types of jobs that it is there for; none means all. */
  readonly jobTypes: readonly string[];
  /** The codes of the companies that a role is limited to, as they were typed; nothing is all. */
  readonly companies: Readonly<Record<string, string>>;
}

export const NOBODY: Rights = { id: "", name: "", roles: [], limit: "", jobTypes: [], companies: {} };

/** What is wrong with the name on the record; nothing if it may be taken. */
export function wrongId(id: string, taken: readonly string[]): string | undefined {
  if (id === "") return undefined;
  if (!/^[a-z0-9.\-_@]{1,60}$/.test(id)) return "1 to 60 small letters, digits and . - _ @";
  if (id === "process") return "This is the product’s own name; take another";
  return taken.includes(id) ? `${id} is there already; open it to change it` : undefined;
}

/** What is wrong with a limit; nothing if it is an amount, or none. */
export function wrongLimit(typed: string, digits: number): string | undefined {
  const text = typed.trim();
  if (text === "") return undefined;
  const [, fraction = ""] = /^\d{1,13}(?:\.(\d+))?$/.exec(text) ?? [undefined, undefined];
  if (!/^\d{1,13}(\.\d+)?$/.test(text)) return "An amount such as 2500.00, without a sign or a currency";
  return fraction.length > digits ? `At most ${digits} digits behind the point` : undefined;
}

/** A role that is limited to companies, as the API has it. */
interface RoleCompanies {
  readonly role: string;
  readonly companies: readonly string[];
}

/** The limits of roles to companies, as they are typed. */
export function companiesOf(limited: readonly RoleCompanies[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(limited.map(({ role, companies }) => [role, companies.join(", ")]));
}

/** The roles in words, each with the companies that it is limited to. */
export function rolesInWords(of: {
  readonly roles: readonly string[];
  readonly companies?: readonly RoleCompanies[];
}): string {
  const limits = companiesOf(of.companies);
  return of.roles.map((role) => (limits[role] ? `${words(role)} (only ${limits[role]})` : words(role))).join(", ");
}

function codes(typed: string | undefined): string[] {
  return (typed ?? "").split(/[\s,;]+/).filter((code) => code !== "");
}

/** The request that gives these rights. */
export function requestOf(rights: Rights, currency: string) {
  const amount = rights.limit.trim();
  const limit: Money | null = amount === "" ? null : { amount, currency };
  return {
    id: rights.id.trim(),
    name: rights.name.trim(),
    roles: [...rights.roles],
    limit,
    job_types: [...rights.jobTypes],
    companies: rights.roles
      .map((role) => ({ role, companies: codes(rights.companies[role]) }))
      .filter(({ companies }) => companies.length > 0),
  };
}
