import { Checkbox, Fieldset, Stack, Text, TextInput } from "@mantine/core";
import { digitsOf } from "../../lib/money";
import { words } from "../../lib/words";
import { type Rights, ROLES, wrongId, wrongLimit } from "./rights";

interface Props {
  readonly value: Rights;
  readonly onChange: (value: Rights) => void;
  readonly currency: string;
  /** The names that are taken; absent where the name stands. */
  readonly taken?: readonly string[];
}

/** Name, roles, the companies in which they count, and limit of a person or a program. */
export function RightsFields({ value, onChange, currency, taken }: Props) {
  return (
    <Stack gap="sm">
      {taken && (
        <TextInput
          label="Name on the record"
          description="Cannot be changed later."
          value={value.id}
          onChange={(event) => onChange({ ...value, id: event.currentTarget.value })}
          error={wrongId(value.id, taken)}
          autoComplete="off"
          required
          data-autofocus
        />
      )}
      <TextInput
        label="Full name"
        value={value.name}
        onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
        maxLength={200}
        autoComplete="off"
      />
      <Checkbox.Group label="Roles" value={[...value.roles]} onChange={(roles) => onChange({ ...value, roles })}>
        <Stack gap={6} mt={6}>
          {Object.entries(ROLES).map(([role, what]) => (
            <Checkbox key={role} value={role} label={words(role)} description={what} size="sm" />
          ))}
        </Stack>
      </Checkbox.Group>
      {value.roles.length > 0 && (
        <Fieldset legend="Companies in which each role counts" p="sm">
          <Text size="sm" className="muted">
            Their short codes, parted by commas. Empty is all of them.
          </Text>
          <Stack gap={6} mt={6}>
            {value.roles.map((role) => (
              <TextInput
                key={role}
                label={words(role)}
                size="xs"
                value={value.companies[role] ?? ""}
                onChange={(event) =>
                  onChange({ ...value, companies: { ...value.companies, [role]: event.currentTarget.value } })
                }
                placeholder="All companies"
                autoComplete="off"
                maw={260}
              />
            ))}
          </Stack>
        </Fieldset>
      )}
      <TextInput
        label={`Limit in ${currency}`}
        description="Up to which amount holds, write-offs and credits may be decided on. Empty is without limit."
        value={value.limit}
        onChange={(event) => onChange({ ...value, limit: event.currentTarget.value })}
        error={wrongLimit(value.limit, digitsOf(currency))}
        inputMode="decimal"
        maw={260}
      />
    </Stack>
  );
}
