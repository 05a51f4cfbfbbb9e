import { Alert } from "@mantine/core";
import { Refused, tell } from "../api/problem";

/** What the product said, and whose it is if authority was missing. */
export function Refusal({ error }: { error: unknown }) {
  const { title, detail } = tell(error);
  const isAuthority = error instanceof Refused && error.isAboutAuthority;
  return (
    <Alert color={isAuthority ? "orange" : "red"} title={isAuthority ? "You may not do that" : title} role="alert">
      {detail}
      {isAuthority && ". Give it to somebody who may, or ask them."}
    </Alert>
  );
}
