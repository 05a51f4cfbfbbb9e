import { Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { authorityOf, mayNotPost } from "../../api/rights";
import type { Shipment } from "../../api/types";
import { FormDialog } from "../../components/FormDialog";
import { GuardedButton } from "../../components/GuardedButton";
import { useMe } from "../../shell/useSession";
import { type Answer, AnswerField, lacksReason, refusalOf } from "./AnswerField";

const PATH = "/v1/shipments/{shipment}/intercept-answers";

const SAYS: Readonly<Record<string, string>> = {
  asked: "It was cancelled on its way: the carrier is asked to stop it, and has not answered.",
  agreed: "It was cancelled on its way: the carrier brings it back.",
  came_back: "It was cancelled on its way, and came back.",
  refused: "It was cancelled on its way, but the customer has it: it is billed.",
};

/** A shipment that was cancelled on its way: what the carrier said, and its answer where that is still missing. */
export function Intercept({ shipment }: { shipment: Shipment }) {
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const { intercept, return_request } = shipment;
  if (!intercept) return null;
  return (
    <section aria-label="Interception">
      <Group justify="space-between" mt="md" wrap="nowrap" align="start">
        <Text size="sm">
          {SAYS[intercept] ?? intercept}
          {return_request && (
            <>
              {" "}
              Its return is{" "}
              <Link to="/exceptions" search={{ status: "all", q: return_request }}>
                {return_request}
              </Link>
              .
            </>
          )}{" "}
          <Link to="/orders/$order" params={{ order: shipment.order }}>
            {shipment.order}
          </Link>
        </Text>
        {intercept === "asked" && (
          <GuardedButton variant="default" why={mayNotPost(PATH, me)} onClick={() => setOpen(true)}>
            The carrier answered …
          </GuardedButton>
        )}
      </Group>
      {isOpen && <Answered shipment={shipment} onClose={() => setOpen(false)} />}
    </section>
  );
}

function Answered({ shipment, onClose }: { shipment: Shipment; onClose: () => void }) {
  const me = useMe();
  const [answer, setAnswer] = useState<Answer>({ agrees: true, why: "" });
  const tell = useChange(
    (body: { refused?: string }, idempotencyKey) =>
      post(PATH, { path: { shipment: shipment.id }, body, idempotencyKey }),
    ["shipments", "orders", "returns", "exceptions", "invoices", "progress"],
  );
  return (
    <FormDialog
      title={`What the carrier said about ${shipment.id}`}
      onClose={onClose}
      onSubmit={() => tell.mutate(refusalOf(answer), { onSuccess: onClose })}
      change={tell}
      verb="Record it"
      disabled={lacksReason(answer)}
    >
      <AnswerField
        label="What the carrier said"
        yes="It comes back"
        no="The customer gets it"
        means={
          answer.agrees
            ? "Its return waits for the goods; it is not billed."
            : "It is billed, as if it had not been stopped."
        }
        value={answer}
        onChange={setAnswer}
      />
      <Text size="sm" className="muted">
        {authorityOf(PATH, me)}
      </Text>
    </FormDialog>
  );
}
