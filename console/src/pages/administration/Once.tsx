import { Alert, Button, Code, CopyButton, Group, Modal, Stack, Text } from "@mantine/core";

interface Props {
  readonly title: string;
  readonly label: string;
  readonly secret: string;
  readonly onClose: () => void;
}

/** A secret that is told once. It does not go away by a click beside it. */
export function Once({ title, label, secret, onClose }: Props) {
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      title={<Text fw={650}>{title}</Text>}
      size="lg"
    >
      <Stack>
        <Alert color="orange" title="It is shown this once">
          Nobody can read it later, not even here. Put it where the program finds it, now.
        </Alert>
        <Code block aria-label={label} tabIndex={0} style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
          {secret}
        </Code>
        <Group justify="end">
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy} data-autofocus>
                {copied ? "Copied" : "Copy"}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>I have kept it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
