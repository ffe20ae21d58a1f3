import { type Key, useApp, useInput } from 'ink';
import type { ReactNode } from 'react';

const named: readonly [name: string, key: keyof Key][] = [
  ['up', 'upArrow'],
  ['down', 'downArrow'],
  ['pageup', 'pageUp'],
  ['pagedown', 'pageDown'],
  ['home', 'home'],
  ['end', 'end'],
  ['enter', 'return'],
  ['escape', 'escape'],
];

/**
 * Hands on what is pressed, by character or name, one key after another. Where `onKey` gives a promise the terminal is as it was before, and left
 * alone, until that resolves.
 */
export function KeyReader({
  isActive,
  onKey,
}: {
  isActive: boolean;
  onKey(key: string): Promise<void> | undefined;
}): ReactNode {
  const { suspendTerminal } = useApp();
  useInput(
    (input, key) => {
      for (const name of namesOf(input, key)) {
        if (name === 'ctrl-z') void suspendTerminal(async () => onKey(name));
        else onKey(name);
      }
    },
    { isActive },
  );
  return null;
}

function namesOf(input: string, key: Key): string[] {
  const found = named.find(([, property]) => key[property] === true);
  if (found) return [found[0]];
  if (key.ctrl) return [`ctrl-${input}`];
  // Keys that are pressed in quick succession may come together.
  return key.meta ? [] : [...input];
}
