import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { Refusal } from "./Refusal";

interface FormProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly onSubmit: () => void;
  /** What it does: as long as that runs nothing else is begun, and what refuses it is told. */
  readonly change: { readonly isPending: boolean; readonly error: unknown };
  readonly verb: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly size?: string;
  readonly children: ReactNode;
}

/** A dialog that asks for what a change needs, and tells why it was refused. */
export function FormDialog({
  title,
  onClose,
  onSubmit,
  change: { isPending, error },
  verb,
  danger,
  disabled,
  size = "md",
  children,
}: FormProps) {
  function submit(event: FormEvent): void {
    event.preventDefault();
    onSubmit();
  }
  return (
    <Modal opened onClose={onClose} closeOnClickOutside={false} title={<Text fw={650}>{title}</Text>} size={size}>
      <form onSubmit={submit}>
        <Stack>
          {children}
          {error !== null && error !== undefined && <Refusal error={error} />}
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <Button type="submit" loading={isPending} color={danger ? "red" : "dock"} disabled={disabled ?? false}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Why something is done: it goes on the record. */
export function ReasonField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Textarea
      label="Reason"
      description="It goes on the record with your name."
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      required
      autosize
      minRows={2}
      data-autofocus
    />
  );
}
