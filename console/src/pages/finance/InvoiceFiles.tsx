import { Button, Group } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { getFile } from "../../api/client";
import { Refusal } from "../../components/Refusal";
import { save } from "../../lib/csv";

const FILES = [
  { path: "/v1/invoices/{invoice}/pdf", name: "PDF" },
  { path: "/v1/invoices/{invoice}/ubl", name: "UBL" },
] as const;

/** The document as files: for people, and for the customer's programs. Why there is none is told rule by rule. */
export function InvoiceFiles({ id }: { id: string }) {
  const download = useMutation({
    mutationFn: async (path: (typeof FILES)[number]["path"]) => {
      const { file, name } = await getFile(path, { invoice: id });
      save(name, file);
    },
  });
  const { error } = download;
  return (
    <div style={{ marginBottom: 16 }}>
      <Group gap="xs">
        {FILES.map(({ path, name }) => (
          <Button
            key={name}
            size="xs"
            variant="default"
            leftSection={<IconDownload size={15} />}
            loading={download.isPending && download.variables === path}
            onClick={() => download.mutate(path)}
          >
            {name}
          </Button>
        ))}
      </Group>
      {error && <Refusal error={error} />}
    </div>
  );
}
