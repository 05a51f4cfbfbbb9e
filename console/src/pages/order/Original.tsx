import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { orderOriginal } from "../../api/queries";
import { Reading } from "../../components/states";
import { download } from "../../lib/csv";

/** What is shown of a document; the whole of it can be saved. */
const SHOWN = 60_000;

/** The document as it was received; JSON is laid out, everything else is shown as it is. */
export function Original({ order }: { order: string }) {
  const reading = useQuery(orderOriginal(order));
  return (
    <Reading of={reading}>
      {({ text, type }) => (
        <div style={{ padding: 16 }}>
          <Group justify="space-between" mb="xs">
            <Text size="sm" className="muted">
              As it was received{type && `, ${type.split(";")[0]}`}
            </Text>
            <Button
              size="xs"
              variant="default"
              onClick={() => download(`${order}-original`, text, type || "text/plain")}
            >
              Save it
            </Button>
          </Group>
          <pre className="document" tabIndex={0} role="region" aria-label="Original document">
            {laidOut(text).slice(0, SHOWN)}
          </pre>
          {text.length > SHOWN && <Text size="xs">The rest is left out here; save it to see all of it.</Text>}
        </div>
      )}
    </Reading>
  );
}

function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
