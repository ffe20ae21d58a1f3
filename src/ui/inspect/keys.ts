import type { Key } from 'ink';

/** What a key press means to the inspector: a named key, or one character. */
export type InspectKey =
  | {
      name:
        | 'up'
        | 'down'
        | 'pageUp'
        | 'pageDown'
        | 'home'
        | 'end'
        | 'enter'
        | 'escape'
        | 'backspace'
        | 'clear'
        | 'interrupt';
    }
  | { name: 'character'; character: string };

/** One press as Ink tells it; several where characters came in one piece, as when they are pasted or typed ahead. */
export function keysOf(input: string, key: Key): InspectKey[] {
  if (key.ctrl) return input === 'c' ? [{ name: 'interrupt' }] : controlKeys(input);
  if (key.upArrow) return [{ name: 'up' }];
  if (key.downArrow) return [{ name: 'down' }];
  if (key.pageUp) return [{ name: 'pageUp' }];
  if (key.pageDown) return [{ name: 'pageDown' }];
  if (key.home) return [{ name: 'home' }];
  if (key.end) return [{ name: 'end' }];
  if (key.escape) return [{ name: 'escape' }];
  if (key.return) return [{ name: 'enter' }];
  if (key.backspace || key.delete) return [{ name: 'backspace' }];
  const characters = [...input].flatMap(characterKey);
  // Escape and a letter right after it look like the letter with Alt, which means nothing here.
  return key.meta ? [{ name: 'escape' }, ...characters] : characters;
}

/** As in vi and less; ctrl-U goes up a page, or clears what is typed. */
function controlKeys(input: string): InspectKey[] {
  if (input === 'f' || input === 'd') return [{ name: 'pageDown' }];
  if (input === 'b') return [{ name: 'pageUp' }];
  if (input === 'u') return [{ name: 'clear' }];
  return [];
}

function characterKey(character: string): InspectKey[] {
  switch (character) {
    case '\r':
    case '\n':
      return [{ name: 'enter' }];
    case '\u007f':
    case '\b':
      return [{ name: 'backspace' }];
    case '\u0015':
      return [{ name: 'clear' }];
    case '\u0003':
      return [{ name: 'interrupt' }];
    default:
      return character >= ' ' ? [{ name: 'character', character }] : [];
  }
}
