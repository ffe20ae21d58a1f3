import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../support/cli.ts';

/** A command line that a reader may copy. */
export interface Example {
  /** Where it is shown. */
  from: string;
  /** For bash. */
  line: string;
}

interface Manifest {
  commands: Record<string, { examples?: (string | { command: string })[]; flags: Record<string, unknown> }>;
}

const { commands } = JSON.parse(
  readFileSync(path.join(projectRoot, 'oclif.manifest.json'), 'utf8'),
) as Manifest;

/** All examples of the help of all commands, as the help shows them. */
export function helpExamples(): Example[] {
  return Object.entries(commands).flatMap(([id, { examples = [] }]) => {
    const words = id.replaceAll(':', ' ');
    return examples.map((example) => ({
      from: `help of ${words}`,
      line: (typeof example === 'string' ? example : example.command)
        .replaceAll('<%= config.bin %>', 'foresync')
        .replaceAll('<%= command.id %>', words),
    }));
  });
}

/** All lines of README.md's shell blocks that run foresync; a line that ends in a backslash goes on in the next. */
export function readmeExamples(): Example[] {
  return blocks('sh')
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .filter((line) => /(^|[\s(|&;])foresync\s/.test(line))
    .map((line) => ({ from: 'README.md', line: line.replace(/^\$ /, '').replace(/\s+#.*$/, '') }));
}

/** Commands that a sentence names: in README.md and in all pages of docs that are not generated of the commands. */
export function proseCommands(): Example[] {
  const pages = globSync('{README,docs/*}.md', { cwd: projectRoot }).filter(
    (page) => !page.endsWith('COMMANDS.md'),
  );
  return pages.flatMap((from) => {
    const text = readFileSync(path.join(projectRoot, from), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
    return [...text.matchAll(/`(foresync [^`]+)`/g)].map(([, line = '']) => ({ from, line }));
  });
}

/** What is wrong with a command that is named: an unknown command, or the flags that it does not have. */
export function unknownIn(line: string): string[] {
  const [, first = '', second = ''] = line.split(/\s+/);
  const id = `${first}:${second}` in commands ? `${first}:${second}` : first;
  const command = commands[id];
  // oclif's own is in no manifest.
  if (!command) return id === 'help' ? [] : [id];
  return [...line.matchAll(/ --([a-z-]+)/g)]
    .map(([, flag = '']) => flag)
    .filter((flag) => !(flag in command.flags) && flag !== 'help');
}

/** The foresync.yaml of README.md. */
export function readmeConfig(): string {
  const [config] = blocks('yaml');
  if (config === undefined) throw new Error('README.md has no foresync.yaml');
  return config;
}

function blocks(language: string): string[] {
  const text = readFileSync(path.join(projectRoot, 'README.md'), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, of]) => of === language)
    .map(([, , block = '']) => block);
}
