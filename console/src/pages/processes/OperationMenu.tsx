import { Button, Menu, Tooltip } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { useMe } from "../../shell/useSession";
import { Operate, type Target } from "./Operate";
import { type Kind, mayNotOperate, OPERATIONS } from "./operation";

interface Props {
  readonly label: string;
  readonly kinds: readonly Kind[];
  readonly target: Target;
  readonly process: string;
  readonly version: number;
  readonly active: readonly string[];
  readonly disabled?: boolean;
}

/** What can be done to an instance or to many; those who may not read why. */
export function OperationMenu({ label, kinds, disabled = false, ...rest }: Props) {
  const why = mayNotOperate(useMe());
  const [kind, setKind] = useState<Kind>();
  return (
    <>
      <Menu position="bottom-end" disabled={why !== undefined}>
        <Menu.Target>
          <Tooltip label={why} disabled={why === undefined}>
            <Button
              variant="default"
              rightSection={<IconChevronDown size={16} />}
              disabled={disabled}
              {...(why === undefined ? {} : { "data-disabled": true, "aria-disabled": true })}
            >
              {label}
            </Button>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          {kinds.map((each) => (
            <Menu.Item key={each} {...(each === "cancel" ? { color: "red" } : {})} onClick={() => setKind(each)}>
              {OPERATIONS[each].verb} …
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {kind && <Operate key={kind} kind={kind} {...rest} onClose={() => setKind(undefined)} />}
    </>
  );
}
