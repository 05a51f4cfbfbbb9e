import { Checkbox, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import type { Account, Me } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { GuardedButton } from "../../components/GuardedButton";
import type { Money } from "../../lib/money";
import { inWords } from "../../lib/words";
import { useMe } from "../../shell/useSession";

/** Whoever may set limits, as the product has it (domain §1.2). */
const MAY = ["credit_manager", "director", "admin"];

function mayNotSetLimits(me: Me | undefined): string | undefined {
  if (!me || me.roles.some((role) => MAY.includes(role))) return undefined;
  return `Only credit managers, directors and administrators change limits. You are ${me.roles.map(inWords).join(", ") || "without a role"}.`;
}

/** Changes how far a customer has credit. */
export function ChangeLimit({ account }: { account: Account }) {
  const why = mayNotSetLimits(useMe());
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <GuardedButton size="xs" variant="default" why={why} onClick={() => setOpen(true)}>
        Change the credit limit …
      </GuardedButton>
      {isOpen && <Limit account={account} onClose={() => setOpen(false)} />}
    </>
  );
}

function Limit({ account, onClose }: { account: Account; onClose: () => void }) {
  // limits, as exposure, are in the company's currency
  const { currency } = account.exposure;
  const [amount, setAmount] = useState(account.credit_limit?.amount ?? "");
  const [isNone, setNone] = useState(!account.credit_limit);
  const change = useChange(
    (limit: Money | null, idempotencyKey) =>
      post("/v1/accounts/{account}/credit-limit", { path: { account: account.id }, body: { limit }, idempotencyKey }),
    ["accounts", "orders", "exceptions", "progress", "master"],
  );
  return (
    <FormDialog
      title={`Credit limit of ${account.name}`}
      onClose={onClose}
      onSubmit={() => change.mutate(isNone ? null : { amount: amount.trim(), currency }, { onSuccess: onClose })}
      change={change}
      verb="Change it"
      disabled={!isNone && amount.trim() === ""}
    >
      <Text size="sm">Held orders that pass by the new limit go on at once.</Text>
      <TextInput
        label={`Limit, ${currency}`}
        inputMode="decimal"
        value={amount}
        onChange={(event) => setAmount(event.currentTarget.value)}
        disabled={isNone}
        data-autofocus
      />
      <Checkbox
        label="No limit: credit is not checked"
        checked={isNone}
        onChange={(event) => setNone(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
