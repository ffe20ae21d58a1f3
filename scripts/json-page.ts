import type { z } from 'zod';
import { type Field, listFields } from './json-fields.ts';

/** What is said once of all JSON that foresync prints. */
const preface = `# JSON

This page is generated from what the program declares of its JSON, by \`npm run docs\`.

Every command takes \`--json\`, \`agent\` apart: it prints one JSON object on standard output, with its result or with an \`error\`, and
ends with the exit code that it has without. Messages go to standard error.

## What scripts can rely on

Fields are added, and never taken away, renamed or given another type. So:

- pass over fields that you do not know, and over values that you do not know of a field that has several;
- a field that is marked with \`?\` is absent where there is nothing to say. It is never null, except where \`null\` is named as a type;
- names are in camelCase and end with their unit: \`…Ms\`, \`…Bytes\`, \`…PerSecond\`; shares are from 0 to 1; \`seconds\` is in seconds;
- a time is a number of milliseconds since the epoch where its name ends with \`Ms\` (\`atMs\`, \`startedMs\`, \`…AtMs\`), and else, as \`origin\` and
  \`expectedAt\` are in the plan file too, text of ISO 8601 in UTC;
- texts in words (\`text\`, \`reason\`, \`message\`, \`hint\`) are for people and may be worded anew; scripts go by \`code\`, \`id\` and exit codes;
- what a terminal would act on comes as \`\\uXXXX\`.

## Exit codes

They are those of [the README](../README.md#in-scripts), with \`--json\` as without. A gate that is not met (3: \`--fail-under\`, or the command of
\`--on-synced\`), and a \`--fail-under\` that has nothing to judge (65), come with the result on standard output and a message on standard error.

## Standard input and questions

Nothing waits for an answer where standard input or standard error is no terminal, or with \`--no-input\` or \`FORESYNC_NO_INPUT=1\`: what would
be asked is refused with 64, and ssh asks for no password. \`abort\` and \`cleanup\` take \`--yes\`.

## Looking first

\`--dry-run\` changes nothing and tells what would be, of \`init\`, \`analyze\`, \`plan\`, \`plan inspect\`, \`prefetch\`, \`prefetch --release\`, \`add-replica\`,
\`resume\`, \`throttle\`, \`tune\`, \`abort\`, \`cleanup\`, \`metrics\` and \`report\`. That of a run looks at all hosts as \`doctor\` does, and ends with the exit code that the run would be refused with.
`;

const progressPreface = `## Progress

With \`--progress json\` a command (\`analyze\`, \`plan\`, \`doctor\`, \`prefetch\`, \`add-replica\`, \`resume\`) writes JSON Lines to standard error, and
nothing else: one a second while there is something to tell, and one at each step. \`type\` tells what a line is about. An error is the last line; with
\`--json\` too it is on standard output as well. \`--progress plain\` writes lines of text, \`none\` warnings alone, and \`auto\`, the default, draws on a
terminal and writes lines elsewhere; under \`--json\` that is warnings alone.
`;

/** The page on all of these, a section each. */
export function jsonPage(documented: Record<string, z.ZodType>): string {
  const sections = Object.entries(documented).map(([name, schema]) => ({ name, fields: listFields(schema) }));
  const isProgress = ({ name }: { name: string }) => name.startsWith('progress ');
  const seen = new Map<string, string>();
  const write = (one: (typeof sections)[number]) => section(one.name, one.fields, seen);
  return [
    preface,
    '## Results\n',
    ...sections.filter((one) => !isProgress(one)).map(write),
    progressPreface,
    ...sections.filter(isProgress).map(write),
  ].join('\n');
}

/** What an earlier section lists in full is referred to. */
function section(name: string, fields: readonly Field[], seen: Map<string, string>): string {
  const title = `### ${name.startsWith('foresync ') ? `\`${name}\`` : name}\n`;
  const whole = JSON.stringify(fields);
  const same = seen.get(whole);
  seen.set(whole, same ?? name);
  if (same !== undefined) return `${title}\nAs of ${same}.\n`;
  const rows: string[] = [];
  let skipped: string | undefined;
  for (const field of fields) {
    if (
      skipped !== undefined &&
      /^[.[]/.test(field.path.slice(skipped.length)) &&
      field.path.startsWith(skipped)
    )
      continue;
    skipped = undefined;
    const below = fields.filter(
      ({ path }) => path.startsWith(field.path) && /^[.[]/.test(path.slice(field.path.length)),
    );
    const shape = JSON.stringify(below.map((one) => ({ ...one, path: one.path.slice(field.path.length) })));
    const place = below.length > longest ? seen.get(shape) : undefined;
    if (below.length > longest) seen.set(shape, place ?? `\`${field.path}\` of ${name}`);
    if (place !== undefined) skipped = field.path;
    const text = [field.text, place === undefined ? '' : `As ${place}.`].filter(Boolean).join(' ');
    rows.push(`| \`${field.path}\`${field.optional ? ' ?' : ''} | ${cell(field.type)} | ${cell(text)} |`);
  }
  return `${title}\n| field | type | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
}

/** Objects with more fields inside are listed once. */
const longest = 8;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
