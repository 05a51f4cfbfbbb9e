import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { company } from "../../api/queries";
import type { Client, User } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { digitsOf } from "../../lib/money";
import type { useAddClient, useAddUser, useClientRights, useUserRights } from "./mutations";
import { RightsFields } from "./RightsFields";
import { companiesOf, NOBODY, type Rights, requestOf, wrongId, wrongLimit } from "./rights";

/** Called where the dialog is, so that what went wrong in one is not told in the next. */
type UseAdd = typeof useAddUser | typeof useAddClient;
type UseRights = typeof useUserRights | typeof useClientRights;

interface AddProps {
  readonly title: string;
  readonly useAdd: UseAdd;
  /** Names that somebody has already. */
  readonly taken: readonly string[];
  readonly onClose: () => void;
  readonly onAdded: (id: string) => void;
}

/** Adds a person or a program. */
export function AddWithRights({ title, useAdd, taken, onClose, onAdded }: AddProps) {
  const currency = useQuery(company).data?.currency ?? "EUR";
  const [rights, setRights] = useState(NOBODY);
  const change = useAdd();
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
      change={change}
      disabled={rights.id === "" || isWrong !== undefined}
    >
      <RightsFields value={rights} onChange={setRights} currency={currency} taken={taken} />
    </FormDialog>
  );
}

interface ChangeProps {
  readonly of: User | Client;
  readonly useRights: UseRights;
  readonly onClose: () => void;
}

/** Changes the name and the rights of a person or a program. */
export function ChangeRights({ of, useRights, onClose }: ChangeProps) {
  const { id, name, roles, limit } = of;
  const currency = useQuery(company).data?.currency ?? limit?.currency ?? "EUR";
  const [rights, setRights] = useState<Rights>({
    id,
    name,
    roles,
    limit: limit?.amount ?? "",
    jobTypes: "job_types" in of ? of.job_types : [],
    companies: companiesOf(of.companies),
  });
  const change = useRights();
  return (
    <FormDialog
      title={`Name and rights of ${id}`}
      verb="Change"
      onClose={onClose}
      onSubmit={() => change.mutate(requestOf(rights, currency), { onSuccess: onClose })}
      change={change}
      disabled={wrongLimit(rights.limit, digitsOf(currency)) !== undefined}
    >
      <RightsFields value={rights} onChange={setRights} currency={currency} />
    </FormDialog>
  );
}
