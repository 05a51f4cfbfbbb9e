import { useEffect, useEffectEvent, useState } from "react";

/** What the editors of processes, decisions and forms have in common. */
export interface Editor {
  destroy(): void;
}

/** How a file is opened in an editor, and read from it again. */
interface Ways<E extends Editor> {
  /** Makes it, once its place on the page is there; what is called later tells that something was changed. */
  readonly make: (changed: () => void) => E | undefined;
  readonly open: (editor: E) => Promise<void>;
  readonly save: (editor: E) => Promise<string | undefined>;
  readonly onChange: (content: string) => void;
}

/** An editor that is opened with a file, and opened anew with another; what cannot be opened is told. */
export function useEditor<E extends Editor>(
  { make, open, save, onChange }: Ways<E>,
  file: string,
): { editor: E | undefined; trouble: string | undefined } {
  const [editor, setEditor] = useState<E>();
  const [trouble, setTrouble] = useState<string>();
  const making = useEffectEvent(make);
  const opening = useEffectEvent(open);
  const saving = useEffectEvent(save);
  const tell = useEffectEvent(onChange);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another file is opened anew, and nothing else
  useEffect(() => {
    let isGone = false;
    let isOpen = false;
    async function changed(): Promise<void> {
      // to open a file changes nothing in it
      const content = made && isOpen ? await saving(made) : undefined;
      if (!isGone && content !== undefined) tell(content);
    }
    const made = making(() => void changed());
    if (!made) return;
    opening(made).then(
      () => {
        if (isGone) return;
        isOpen = true;
        setTrouble(undefined);
        setEditor(made);
      },
      (error: unknown) => {
        if (!isGone) setTrouble(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      isGone = true;
      setEditor(undefined);
      made.destroy();
    };
  }, [file]);
  return { editor, trouble };
}
