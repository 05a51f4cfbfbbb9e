import { Group, SegmentedControl, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import { authorityOf, mayNotPost } from "../../api/rights";
import type { Shipment } from "../../api/types";
import { FormDialog, ReasonField } from "../../components/FormDialog";
import { GuardedButton } from "../../components/GuardedButton";
import { useMe } from "../../shell/useSession";

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
      {isOpen && <Answer shipment={shipment} onClose={() => setOpen(false)} />}
    </section>
  );
}

function Answer({ shipment, onClose }: { shipment: Shipment; onClose: () => void }) {
  const me = useMe();
  const [comesBack, setComesBack] = useState(true);
  const [why, setWhy] = useState("");
  const answer = useChange(
    (body: { refused?: string }, idempotencyKey) =>
      post(PATH, { path: { shipment: shipment.id }, body, idempotencyKey }),
    ["shipments", "orders", "returns", "exceptions", "invoices", "progress"],
  );
  return (
    <FormDialog
      title={`What the carrier said about ${shipment.id}`}
      onClose={onClose}
      onSubmit={() => answer.mutate(comesBack ? {} : { refused: why.trim() }, { onSuccess: onClose })}
      pending={answer.isPending}
      error={answer.error}
      verb="Record it"
      disabled={!comesBack && why.trim() === ""}
    >
      <SegmentedControl
        aria-label="What the carrier said"
        data={[
          { value: "yes", label: "It comes back" },
          { value: "no", label: "The customer gets it" },
        ]}
        value={comesBack ? "yes" : "no"}
        onChange={(value) => setComesBack(value === "yes")}
      />
      <Text size="sm">
        {comesBack
          ? "Its return waits for the goods; it is not billed."
          : "It is billed, as if it had not been stopped."}
      </Text>
      {!comesBack && <ReasonField value={why} onChange={setWhy} />}
      <Text size="sm" className="muted">
        {authorityOf(PATH, me)}
      </Text>
    </FormDialog>
  );
}
