import { Group, Modal, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { PLACES } from "./places";

const GENERAL: readonly (readonly [string, string])[] = [
  ["?", "This help"],
  ["Ctrl K", "Search and commands; / does the same"],
  ["Esc", "Close what is open"],
];
const LISTS: readonly (readonly [string, string])[] = [
  ["j / k", "Next and previous row or case"],
  ["Enter", "Open the row"],
  ["x", "Select the row"],
  ["e", "Claim the case, or give it back"],
  ["1 … 9", "Choose an action of the case"],
];

export function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const places = PLACES.map(({ key, name }) => [`g ${key}`, name] as const);
  return (
    <Modal opened={opened} onClose={onClose} title={<Text fw={650}>Keys</Text>} size="lg">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        <Stack gap="lg">
          <Keys title="Everywhere" of={GENERAL} />
          <Keys title="Lists and cases" of={LISTS} />
        </Stack>
        <Keys title="Go to" of={places} />
      </SimpleGrid>
    </Modal>
  );
}

function Keys({ title, of }: { title: string; of: readonly (readonly [string, string])[] }) {
  return (
    <Stack gap={6}>
      <Title order={3}>{title}</Title>
      {of.map(([keys, what]) => (
        <Group key={keys} gap="sm" wrap="nowrap">
          <span style={{ minWidth: 70 }}>
            {keys.split(" ").map((key) =>
              key === "/" || key === "…" ? (
                ` ${key} `
              ) : (
                <kbd key={key} className="key">
                  {key}
                </kbd>
              ),
            )}
          </span>
          <Text size="sm">{what}</Text>
        </Group>
      ))}
    </Stack>
  );
}
