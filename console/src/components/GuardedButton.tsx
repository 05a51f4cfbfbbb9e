import { Button, type ButtonProps, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

interface Props extends ButtonProps {
  /** Why one may not; nothing if one may. */
  readonly why: string | undefined;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

/** A button that those who may not press it can still reach, and read why. */
export function GuardedButton({ why, onClick, children, ...rest }: Props) {
  return (
    <Tooltip label={why} disabled={why === undefined}>
      <Button
        {...rest}
        {...(why === undefined ? {} : { disabled: false, "data-disabled": true, "aria-disabled": true })}
        onClick={() => {
          if (why === undefined) onClick();
        }}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
