import { Group, Stack, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface Props {
  readonly title: string;
  /** Beside the title. */
  readonly aside?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, aside, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Crossdock`;
  }, [title]);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="center" gap="sm">
        <Group gap="sm" align="center">
          <Title order={1}>{title}</Title>
          {aside}
        </Group>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** A framed part of a page. */
export function Panel({
  title,
  aside,
  children,
  id,
}: {
  title?: string;
  aside?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section className="panel" aria-labelledby={title && id ? `${id}-title` : undefined} id={id}>
      {title && (
        <Group justify="space-between" px="md" pt="sm" pb={6} gap="xs">
          <Title order={2} id={id ? `${id}-title` : undefined}>
            {title}
          </Title>
          {aside}
        </Group>
      )}
      {children}
    </section>
  );
}

/** A name and its value, one under the other. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="muted" style={{ fontSize: 12 }}>
        {name}
      </dt>
      <dd style={{ margin: 0 }}>{children}</dd>
    </div>
  );
}
