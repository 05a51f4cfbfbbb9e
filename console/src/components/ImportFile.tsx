import { FileInput, Text } from "@mantine/core";
import { useState } from "react";
import { importFile } from "../api/client";
import { useChange } from "../api/mutations";
import { authorityOf, mayNotPost } from "../api/rights";
import { useMe } from "../shell/useSession";
import { FormDialog } from "./FormDialog";
import { GuardedButton } from "./GuardedButton";
import { ImportReport } from "./ImportReport";

interface Props {
  readonly path: "/v1/imports/orders" | "/v1/bank-statements";
  /** What is taken over: “orders”, “a bank statement”. */
  readonly what: string;
  /** Which files there are, and what becomes of them. */
  readonly says: string;
  /** What may have changed by it. */
  readonly topics: readonly string[];
}

/** Takes a file over by hand that otherwise comes by itself. The same file again changes nothing. */
export function ImportFile(props: Props) {
  const why = mayNotPost(props.path, useMe());
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <GuardedButton variant="default" why={why} onClick={() => setOpen(true)}>
        {`Import ${props.what} …`}
      </GuardedButton>
      {isOpen && <Dialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function Dialog({ path, what, says, topics, onClose }: Props & { onClose: () => void }) {
  const me = useMe();
  const [file, setFile] = useState<File | null>(null);
  const load = useChange(async (_: { name: string; size: number; at: number }, key) => {
    if (!file) throw new Error("no file was chosen");
    return importFile(path, file, key);
  }, topics);
  return (
    <FormDialog
      title={`Import ${what}`}
      onClose={onClose}
      onSubmit={() => file && load.mutate({ name: file.name, size: file.size, at: file.lastModified })}
      change={load}
      verb="Import"
      disabled={!file}
      size="lg"
    >
      <Text size="sm">{says}</Text>
      <FileInput label="File" placeholder="Choose one" value={file} onChange={setFile} />
      {load.data && <ImportReport of={load.data} />}
      <Text size="sm" className="muted">
        {authorityOf(path, me)}
      </Text>
    </FormDialog>
  );
}
