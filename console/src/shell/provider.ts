/** Why nobody was signed in at the identity provider, by the code that the product sends the browser back with. */
const REASONS: Readonly<Record<string, string>> = {
  denied: "The provider did not let you in.",
  expired: "It took too long, or was begun in another browser. Try again.",
  unavailable: "The provider cannot be reached now. Try again in a moment.",
  token: "What the provider sent does not count here. Ask your administrator; the log has the reason.",
  no_role: "None of your groups may work here. Ask your administrator for one.",
  not_admitted: "Nobody here knows you by that name, or you were shut out. Ask your administrator.",
};

/** What an address says of a sign-in at the identity provider that came to nothing. */
export function refusalIn(search: string): string | undefined {
  const code = new URLSearchParams(search).get("sign_in");
  return code === null ? undefined : (REASONS[code] ?? REASONS.token);
}

/** Where to go on after the sign-in: this page, without what it says of an earlier try. */
export function returnTo(location: Pick<Location, "pathname" | "search" | "hash">): string {
  const search = new URLSearchParams(location.search);
  search.delete("sign_in");
  return location.pathname + (search.size === 0 ? "" : `?${search}`) + location.hash;
}
