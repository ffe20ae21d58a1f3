import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/cli.ts';

interface Manifest {
  commands: Record<string, ManifestCommand>;
}

interface ManifestCommand {
  hidden?: boolean;
  strict?: boolean;
  summary?: string;
  description?: string;
  examples?: (string | { description: string; command: string })[];
  aliases: string[];
  args: Record<string, { name: string; required?: boolean; description?: string; options?: string[] }>;
  flags: Record<string, ManifestFlag>;
}

interface ManifestFlag {
  name: string;
  type: 'boolean' | 'option';
  char?: string;
  description?: string;
  required?: boolean;
  multiple?: boolean;
  allowNo?: boolean;
  default?: unknown;
  env?: string;
  options?: string[];
  exclusive?: string[];
  helpValue?: string;
}

const { commands } = JSON.parse(readFileSync(join(projectRoot, 'oclif.manifest.json'), 'utf8')) as Manifest;
const kept = join(projectRoot, 'test', 'bin', 'commands-and-flags.txt');

/** Every command, argument and flag, with all that a script could come to rely on. */
function surface(): string {
  const blocks = Object.entries(commands)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, { aliases, args, flags, strict }]) => [
      `${id.replaceAll(':', ' ')}${strict === false ? ' (any number of words)' : ''}`,
      ...aliases.map((alias) => `  also ${alias}`),
      ...Object.values(args).map(
        ({ name, required, options }) =>
          `  ${name.toUpperCase()}${required ? ' required' : ''}${options ? ` ${options.join('|')}` : ''}`,
      ),
      ...Object.values(flags)
        .toSorted((one, other) => (one.name < other.name ? -1 : 1))
        .map(flagLine),
    ]);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function flagLine(flag: ManifestFlag): string {
  const { name, type, char, required, multiple, allowNo, env, options, exclusive, helpValue } = flag;
  const value = type === 'boolean' ? '' : `=${options?.join('|') ?? helpValue ?? 'VALUE'}`;
  const isSaid = flag.default !== undefined && flag.default !== false;
  return [
    `  --${allowNo ? '[no-]' : ''}${name}${value}`,
    ...(char ? [`-${char}`] : []),
    ...(required ? ['required'] : []),
    ...(multiple ? ['repeated'] : []),
    ...(isSaid ? [`default ${JSON.stringify(flag.default)}`] : []),
    ...(env ? [`env ${env}`] : []),
    ...(exclusive?.length ? [`not with ${exclusive.join(', ')}`] : []),
  ].join('  ');
}

test('commands and flags are those that were agreed on', () => {
  const found = surface();
  if (process.env.FORESYNC_ACCEPT) writeFileSync(kept, found);
  assert.equal(
    found,
    existsSync(kept) ? readFileSync(kept, 'utf8') : '',
    'Scripts rely on these. Where the change is meant, run this test once with FORESYNC_ACCEPT=1 in its environment, and commit what it wrote.',
  );
});

test("every command's help says what it is for, shows it, and has words for each argument and flag", () => {
  for (const [id, { summary = '', description = '', examples = [], args, flags, hidden }] of Object.entries(
    commands,
  )) {
    // The help command is oclif's own.
    if (hidden || id === 'help') continue;
    assert.match(summary, /^[A-Z].{20,}\.$/, `summary of ${id}`);
    assert.ok(description.length > 60, `description of ${id}`);
    assert.ok(examples.length > 0, `examples of ${id}`);
    for (const { name, description: words = '' } of [...Object.values(args), ...Object.values(flags)])
      assert.match(words, /^\S.{8,}\.$/s, `${id}: ${name}`);
  }
});

test('a flag that every command has means the same in each', () => {
  for (const name of ['plain', 'json', 'no-color', 'no-input']) {
    const meanings = Object.entries(commands).map(([, { flags }]) => flags[name]?.description);
    assert.deepEqual([...new Set(meanings.filter((words) => words !== undefined))].length, 1, name);
  }
});
