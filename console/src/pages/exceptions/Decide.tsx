import { Alert, Button, Group, Stack, Text, Textarea, TextInput, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useDecide } from "../../api/mutations";
import { actionsOn, payment } from "../../api/queries";
import { whyNot } from "../../api/rights";
import type { Exception, Me } from "../../api/types";
import { Refusal } from "../../components/Refusal";
import { formatMoney } from "../../lib/money";
import { inWords, meaning, words } from "../../lib/words";
import { useKeys } from "../../shell/keys";
import { mayNot, needs } from "./authority";
import type { Suggestion } from "./suggest";
import { useSuggestions } from "./useSuggestions";

interface Props {
  readonly exception: Exception;
  readonly me: Me;
  readonly currency: string;
  readonly onDone: (action: string) => void;
}

/** The actions of a case, what each means and needs, and the reason that goes on the record. */
export function Decide({ exception, me, currency, onDone }: Props) {
  const [action, setAction] = useState<string>();
  const [reason, setReason] = useState("");
  const [details, setDetails] = useState<Record<string, unknown>>({});
  const decision = useDecide();
  const suggestions = useSuggestions(exception);
  const tried = useQuery(actionsOn(exception.id)).data?.items;
  /** What is known at once, and then what the product says: it knows who placed the order, and how far an authority goes. */
  const why = (of: string): string | undefined =>
    mayNot(exception, of, me, currency) ?? whyNot(tried?.find(({ what }) => what === of));
  const allowed = exception.actions.filter((each) => !why(each));

  function choose(next: string, given: Record<string, unknown> = {}): void {
    setAction(next);
    setDetails(given);
    decision.reset();
  }
  function take({ action: next, because, details: given }: Suggestion): void {
    choose(next, { ...given });
    // whoever decides says why; what speaks for it is a beginning
    if (reason.trim() === "") setReason(because);
  }
  useKeys(Object.fromEntries(allowed.map((each) => [String(exception.actions.indexOf(each) + 1), () => choose(each)])));

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!action) return;
    const chosen = { exception: exception.id, action, reason: reason.trim(), details };
    // by then the case has ended and this form is gone, so nothing here would be called any more
    decision.mutateAsync(chosen).then(
      () => onDone(action),
      () => undefined,
    );
  }

  const forbidden = exception.actions.length > 0 && allowed.length === 0 && why(exception.actions[0] ?? "");
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {forbidden && (
          <Alert color="orange" title="You may not decide on this">
            {forbidden} It can be given to you by somebody who may.
          </Alert>
        )}
        <Suggested of={suggestions.filter((each) => allowed.includes(each.action))} chosen={action} onTake={take} />
        <Group gap="xs" role="group" aria-label="Actions">
          {exception.actions.map((each, index) => {
            const not = why(each);
            return (
              <Tooltip key={each} label={not ?? `${meaning(each)}. ${needs(exception, each)}.`}>
                <Button
                  variant={action === each ? "filled" : "default"}
                  color={each === "cancel" || each === "reject" ? "red" : "dock"}
                  aria-pressed={action === each}
                  {...(not ? { "data-disabled": true, "aria-disabled": true } : {})}
                  onClick={() => {
                    if (!not) choose(each);
                  }}
                  rightSection={not ? undefined : <kbd className="key">{index + 1}</kbd>}
                >
                  {words(each)}
                </Button>
              </Tooltip>
            );
          })}
        </Group>
        {action && (
          <>
            <Text size="sm">
              {meaning(action)}. <span className="muted">{needs(exception, action)}.</span>
            </Text>
            <Details key={action} exception={exception} action={action} given={details} onChange={setDetails} />
            <Textarea
              label="Reason"
              description="It goes on the record with your name."
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              required
              autosize
              minRows={2}
              autoFocus
            />
            {decision.isError && <Refusal error={decision.error} />}
            <Group>
              <Button
                type="submit"
                loading={decision.isPending}
                disabled={reason.trim() === ""}
                color={action === "cancel" ? "red" : "dock"}
              >
                {words(action)}
              </Button>
              <Button variant="subtle" color="gray" onClick={() => setAction(undefined)}>
                Not now
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </form>
  );
}

interface SuggestedProps {
  readonly of: readonly Suggestion[];
  readonly chosen: string | undefined;
  readonly onTake: (suggestion: Suggestion) => void;
}

/** What speaks for which action. To take it fills in the form, and decides nothing. */
function Suggested({ of, chosen, onTake }: SuggestedProps) {
  if (of.length === 0) return null;
  return (
    <section className="suggested" aria-label="Suggested">
      {of.map((suggestion) => (
        <Group key={suggestion.action} justify="space-between" wrap="nowrap" gap="sm">
          <Text size="sm">
            <b>{words(suggestion.action)}?</b> {suggestion.because}.
          </Text>
          <Button
            size="compact-sm"
            variant="light"
            disabled={chosen === suggestion.action}
            aria-label={`Take it: ${inWords(suggestion.action)}`}
            onClick={() => onTake(suggestion)}
          >
            Take it
          </Button>
        </Group>
      ))}
    </section>
  );
}

interface DetailsProps {
  readonly exception: Exception;
  readonly action: string;
  /** What a suggestion has filled in. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly onChange: (details: Record<string, unknown>) => void;
}

/** What some actions need to know beside the reason. */
function Details({ exception, action, given, onChange }: DetailsProps) {
  const id = exception.subject?.startsWith("payment ") ? exception.subject.slice("payment ".length) : undefined;
  if (id && exception.kind === "PAYMENT-UNMATCHED" && (action === "match" || action === "write_off")) {
    const invoices = Array.isArray(given["invoices"]) ? given["invoices"].join(", ") : "";
    return <Invoices payment={id} given={invoices} onChange={onChange} />;
  }
  if (id && action === "put_on_account") {
    return (
      <TextInput
        label="Account"
        description="Empty takes the account that the payment was recognised for."
        defaultValue={exception.account ?? ""}
        onChange={(event) =>
          onChange(event.currentTarget.value.trim() ? { account: event.currentTarget.value.trim() } : {})
        }
      />
    );
  }
  if (exception.kind === "DEDUCTION" && action === "write_off") {
    return (
      <TextInput
        label="Amount to accept"
        description="Empty accepts all of the deduction; what is not accepted stays open."
        placeholder="12.50"
        inputMode="decimal"
        onChange={(event) =>
          onChange(event.currentTarget.value.trim() ? { amount: event.currentTarget.value.trim() } : {})
        }
      />
    );
  }
  if (action === "correct") {
    return (
      <Text size="sm">
        Mend the line (below) or the address on the order first; this then checks it again and lets it go on.
      </Text>
    );
  }
  return null;
}

/** The invoices that a payment may be for: those that were found, with their evidence, or others by number. */
function Invoices({
  payment: id,
  given,
  onChange,
}: {
  payment: string;
  given: string;
  onChange: (details: Record<string, unknown>) => void;
}) {
  const { data } = useQuery(payment(id));
  const [text, setText] = useState(given);
  function take(value: string): void {
    setText(value);
    const invoices = value.split(/[\s,;]+/).filter(Boolean);
    onChange(invoices.length > 0 ? { invoices } : {});
  }
  return (
    <Stack gap="xs">
      {data && (
        <Text size="sm">
          {formatMoney(data.amount)} from {data.payer_name}, “{data.remittance}”
        </Text>
      )}
      {data?.candidates.map((candidate) => {
        const list = candidate.invoices.join(", ");
        return (
          <Button
            key={list}
            variant={text === list ? "light" : "default"}
            justify="flex-start"
            onClick={() => take(list)}
            fullWidth
          >
            {list}
            <Text span size="xs" className="muted" ml="sm">
              {inWords(candidate.evidence)}
            </Text>
          </Button>
        );
      })}
      <TextInput
        label="Invoices"
        description="Numbers such as IN-7, with commas. Empty takes the first candidate."
        value={text}
        onChange={(event) => take(event.currentTarget.value)}
      />
    </Stack>
  );
}
