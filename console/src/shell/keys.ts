import { useEffect, useEffectEvent } from "react";

/** Keys that are typed into a field belong to the field. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return (
    ["TEXTAREA", "SELECT"].includes(target.tagName) || target.closest('[role="dialog"], [role="listbox"]') !== null
  );
}

/** A second key has to follow the first within this time, in milliseconds. */
const TOGETHER = 1_200;

/** Calls something at Ctrl, or ⌘, and a letter, also while somebody types. */
export function useCommandKey(letter: string, action: () => void): void {
  const act = useEffectEvent(action);
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== letter)
        return;
      event.preventDefault();
      act();
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [letter]);
}

/** Calls what belongs to a key, or to two keys one after the other such as `g o`. An action that gives false leaves the key to others. */
export function useKeys(actions: Readonly<Record<string, () => unknown>>): void {
  const act = useEffectEvent((keys: string): boolean => {
    const action = actions[keys];
    return action !== undefined && action() !== false;
  });
  useEffect(() => {
    let before = { key: "", at: 0 };
    function press(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      const isSecond = event.timeStamp - before.at < TOGETHER;
      const done = (isSecond && act(`${before.key} ${event.key}`)) || act(event.key);
      if (done) event.preventDefault();
      before = done ? { key: "", at: 0 } : { key: event.key, at: event.timeStamp };
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
