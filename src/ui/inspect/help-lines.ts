const keys: readonly (readonly [keys: string, what: string])[] = [
  ['up down  k j', 'move; PageUp and PageDown by a page, g and G to an end'],
  ['/ n N', 'search in keys, capitals and all; the next one, the one before'],
  ['s r', 'sort by the next figure; the other way round'],
  ['f', 'list only some: by confidence, donor or model; the plan stays'],
  ['Enter', "an entry: the key's history, its forecast, why it stands there"],
  ['c', 'expected hit rate against bytes'],
  ['t', 'a threshold; what it leaves shows while you type'],
  ['b', 'a budget, as 64MiB or 5000 keys; up and down change both'],
  ['p x', 'pin an entry, exclude it; once more takes it back'],
  ['w', 'write what is left as a new plan'],
  ['Esc', 'back; while you type, as it was'],
  ['q', 'quit'],
];

const marks = [
  'pinned: goes first whatever its confidence. excluded: left out by hand.',
  'unsure: below the threshold. no room: past the budget.',
  '*: the search has found it.',
  "Entries are sent in the plan's order, pinned ones first.",
];

/** What each key does, and what marks mean; plain text. */
export function helpLines(): string[] {
  return [
    ...keys.map(([name, what]) => `  ${name.padEnd(14)}${what}`),
    '',
    ...marks.map((line) => `  ${line}`),
  ];
}
