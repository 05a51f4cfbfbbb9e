import { Menu, type MenuItemProps, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface Props extends MenuItemProps {
  /** Why one may not; nothing if one may. */
  readonly why: string | undefined;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

/** An item of a menu that says why somebody may not choose it. */
export function GuardedItem({ why, onClick, children, ...rest }: Props) {
  if (why === undefined)
    return (
      <Menu.Item {...rest} onClick={onClick}>
        {children}
      </Menu.Item>
    );
  return (
    <Menu.Item closeMenuOnClick={false} aria-disabled>
      <span className="muted">{children}</span>
      <Text size="xs" className="muted" maw={260}>
        {why}
      </Text>
    </Menu.Item>
  );
}
