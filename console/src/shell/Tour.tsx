import "@mantine/core/styles/Stepper.css";
import { Button, Group, Modal, Stepper, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { rememberTour } from "./tour-seen";

const STEPS = [
  {
    title: "Today",
    to: "/",
    text: "Where everything stands, as figures. Each figure opens the list that it counts.",
  },
  {
    title: "Exceptions",
    to: "/exceptions",
    text: "Everything that waits for a person, in one queue: who owns it, until when, and how much money is at stake. Open a case, choose an action, say why. The next case opens by itself.",
  },
  {
    title: "Orders",
    to: "/orders",
    text: "All orders, as a table and as a board. Open one to see its lines, its documents, its process and the answer to “why is it waiting?”.",
  },
  {
    title: "The rest",
    to: "/fulfilment",
    text: "Each department has its page on the left: this one is for warehouses, Finance holds the cash workbench, Rules what the product decides by. Ctrl K finds what a number such as SO-17 names; ? shows the keys.",
  },
] as const;

/** Four places to know, shown once. It leads there, so that what is told is seen behind it. */
export function Tour({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [step, setStep] = useState(0);
  const navigate = useNavigate();
  const current = STEPS[step] ?? STEPS[0];

  function go(next: number): void {
    const target = STEPS[next];
    if (!target) {
      close();
      return;
    }
    setStep(next);
    void navigate({ to: target.to });
  }
  function close(): void {
    rememberTour();
    setStep(0);
    onClose();
  }

  return (
    <Modal
      opened={opened}
      onClose={close}
      title={<Text fw={650}>A short tour</Text>}
      overlayProps={{ backgroundOpacity: 0.25 }}
      yOffset="12vh"
      size="lg"
    >
      <Stepper active={step} size="xs" mb="md" onStepClick={go}>
        {STEPS.map(({ title }) => (
          <Stepper.Step key={title} label={title} />
        ))}
      </Stepper>
      <Text mih={70}>{current.text}</Text>
      <Group justify="space-between" mt="md">
        <Button variant="subtle" color="gray" onClick={close}>
          Skip
        </Button>
        <Group gap="xs">
          {step > 0 && (
            <Button variant="default" onClick={() => go(step - 1)}>
              Back
            </Button>
          )}
          <Button onClick={() => go(step + 1)} data-autofocus>
            {step === STEPS.length - 1 ? "Start" : "Next"}
          </Button>
        </Group>
      </Group>
    </Modal>
  );
}
