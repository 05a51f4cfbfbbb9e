import { Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { authorityOf } from "../api/rights";
import type { ROLES } from "../api/roles";
import { useMe } from "../shell/useSession";
import { FormDialog, ReasonField } from "./FormDialog";

interface Props<B> {
  readonly title: string;
  readonly verb: string;
  /** What it posts to, whose roles may. */
  readonly path: keyof typeof ROLES;
  /** What was typed, as it is sent; absent as long as it is not complete. */
  readonly body: B | undefined;
  /** What is wrong with what was typed. */
  readonly wrong: string | undefined;
  readonly change: { readonly isPending: boolean; readonly error: unknown };
  readonly onSubmit: (body: B & { reason: string }) => void;
  readonly onClose: () => void;
  /** Told beside who may. */
  readonly also?: string;
  readonly children: ReactNode;
}

/** A correction of what is posted: what is given away by it, why, and how far the one who asks may go. */
export function Correction<B>({ title, verb, path, body, wrong, change, onSubmit, onClose, also, children }: Props<B>) {
  const me = useMe();
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={title}
      verb={verb}
      onClose={onClose}
      onSubmit={() => {
        if (body) onSubmit({ ...body, reason: reason.trim() });
      }}
      change={change}
      disabled={!body || reason.trim() === ""}
      size="lg"
    >
      {children}
      {wrong && (
        <Text size="sm" className="late" role="status">
          {wrong}
        </Text>
      )}
      <ReasonField value={reason} onChange={setReason} />
      <Text size="sm" className="muted">
        {authorityOf(path, me, "What is given away of one invoice")} {also}
      </Text>
    </FormDialog>
  );
}
