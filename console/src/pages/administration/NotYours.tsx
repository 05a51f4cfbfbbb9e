import { Alert } from "@mantine/core";

/** A page that is for others, and whose it is. */
export function NotYours({ why }: { why: string }) {
  return (
    <Alert color="orange" title="This is for others" role="alert">
      {why}
    </Alert>
  );
}
