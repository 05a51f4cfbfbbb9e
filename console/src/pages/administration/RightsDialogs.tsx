import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { company } from "../../api/queries";
import type { Client, User } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { digitsOf } from "../../lib/money";
import type { usePutClient, usePutUser } from "./mutations";
import { RightsFields } from "./RightsFields";
import { NOBODY, requestOf, wrongId, wrongLimit } from "./rights";

/** Called where the dialog is, so that what went wrong in one is not told in the next. */
type UsePut = typeof usePutUser | typeof usePutClient;

interface AddProps {
  readonly title: string;
  readonly usePut: UsePut;
  /** Names that somebody has already. */
  readonly taken: readonly string[];
  readonly onClose: () => void;
  readonly onAdded: (id: string) => void;
}

/** Adds a person or a program. */
export function AddWithRights({ title, usePut, taken, onClose, onAdded }: AddProps) {
  const currency = useQuery(company).data?.currency ?? "EUR";
  const [rights, setRights] = useState(NOBODY);
  const change = usePut();
  const isWrong = wrongId(rights.id, taken) ?? wrongLimit(rights.limit, digitsOf(currency));
  return (
    <FormDialog
      title={title}
      verb="Add"
      onClose={onClose}
      onSubmit={() =>
        change.mutate(requestOf(rights, currency), {
          onSuccess: () => {
            onClose();
            onAdded(rights.id.trim());
          },
        })
      }
      pending={change.isPending}
      error={change.error}
      disabled={rights.id === "" || isWrong !== undefined}
    >
      <RightsFields value={rights} onChange={setRights} currency={currency} taken={taken} />
    </FormDialog>
  );
}

interface ChangeProps {
  readonly of: User | Client;
  readonly usePut: UsePut;
  readonly onClose: () => void;
}

/** Changes the name and the rights of a person or a program. */
export function ChangeRights({ of, usePut, onClose }: ChangeProps) {
  const { id, name, roles, limit } = of;
  const currency = useQuery(company).data?.currency ?? limit?.currency ?? "EUR";
  const [rights, setRights] = useState({ id, name, roles: roles as readonly string[], limit: limit?.amount ?? "" });
  const change = usePut();
  return (
    <FormDialog
      title={`Name and rights of ${id}`}
      verb="Change"
      onClose={onClose}
      onSubmit={() => change.mutate(requestOf(rights, currency), { onSuccess: onClose })}
      pending={change.isPending}
      error={change.error}
      disabled={wrongLimit(rights.limit, digitsOf(currency)) !== undefined}
    >
      <RightsFields value={rights} onChange={setRights} currency={currency} />
    </FormDialog>
  );
}
