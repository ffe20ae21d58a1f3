/**
 * A JavaScript pattern with a group `key` as ClickHouse's `extract` takes it, which gives the first group: every other group
 * becomes one that captures nothing, and a dot matches no line feed, as in JavaScript. What RE2 does not know, it refuses itself.
 */
export function re2Pattern(source: string): string {
  let pattern = '(?-s)';
  let isClass = false;
  for (let at = 0; at < source.length; at++) {
    const character = source[at] as string;
    if (character === '\\') {
      pattern += character + (source[++at] ?? '');
      continue;
    }
    pattern += character;
    if (character === '[') isClass = true;
    else if (character === ']') isClass = false;
    else if (character === '(' && !isClass)
      at += skipGroupName(source, at, (piece) => {
        pattern += piece;
      });
  }
  return pattern;
}

/** Says what follows the parenthesis at `at`, and returns how many characters of the source that stands for. */
function skipGroupName(source: string, at: number, say: (piece: string) => void): number {
  if (source[at + 1] !== '?') {
    say('?:');
    return 0;
  }
  const [name = ''] = /^\?<[^=!>][^>]*>/.exec(source.slice(at + 1)) ?? [];
  if (name !== '' && name !== '?<key>') say('?:');
  return name.length;
}
