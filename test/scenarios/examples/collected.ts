import { readFileSync } from 'node:fs';
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
  commands: Record<string, { examples?: (string | { command: string })[] }>;
}

/** All examples of the help of all commands, as the help shows them. */
export function helpExamples(): Example[] {
  const { commands } = JSON.parse(
    readFileSync(path.join(projectRoot, 'oclif.manifest.json'), 'utf8'),
  ) as Manifest;
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
