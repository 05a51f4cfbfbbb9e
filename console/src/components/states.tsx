import { Alert, Button, Code, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Refused, tell, Unreachable } from "../api/problem";

/** What is shown while something is read for the first time. */
export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <Stack gap="xs" p="md" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same
        <Skeleton key={row} height={22} width={`${95 - ((row * 13) % 30)}%`} />
      ))}
    </Stack>
  );
}

/** Nothing is there, and what that means. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" gap={6} py={40} px="md">
      <Title order={3}>{title}</Title>
      {children && (
        <Text className="muted" ta="center" maw={460} size="sm">
          {children}
        </Text>
      )}
      {action}
    </Stack>
  );
}

/** What failed, why, and what helps. */
export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  const { title, detail, trace } = tell(error);
  const isMissing = error instanceof Refused && error.problem.status === 404;
  return (
    <Alert
      color={error instanceof Unreachable || isMissing ? "gray" : "red"}
      variant="light"
      title={title}
      m="md"
      role="alert"
    >
      <Text size="sm">{detail}</Text>
      <Group mt="sm" gap="sm">
        {again && (
          <Button size="xs" variant="default" onClick={again}>
            Try again
          </Button>
        )}
        {trace && (
          <Text size="xs" className="muted">
            Request <Code>{trace}</Code>
          </Text>
        )}
      </Group>
    </Alert>
  );
}

/** Shows a reading once it is there, and its loading and failing until then. What was read before stays while it is read again. */
export function Reading<T>({
  of,
  rows,
  children,
}: {
  of: Pick<UseQueryResult<T>, "data" | "error" | "isError"> & { refetch: () => unknown };
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (of.data !== undefined) return children(of.data);
  if (of.isError) return <Failure error={of.error} again={() => void of.refetch()} />;
  return <Loading {...(rows ? { rows } : {})} />;
}
