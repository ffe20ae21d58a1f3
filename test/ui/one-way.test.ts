import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/cli.ts';

const commands =
  'init|analyze|plan|prefetch|add-replica|resume|abort|cleanup|status|throttle|metrics|doctor|report|completion';

/** What has one place: a file where it is written otherwise is named here, or writes around it. */
const rules: readonly { what: string; where: string[]; found: RegExp; only: RegExp }[] = [
  {
    what: 'colours come from the theme',
    where: ['src/**/*.{ts,tsx}'],
    found: /from 'chalk'|\bchalk\./,
    only: /^src\/ui\/metrics-paint\.ts$/,
  },
  {
    what: 'terminals are steered where screens are drawn again',
    where: ['src/**/*.{ts,tsx}'],
    found: /\\(?:u001b|x1b|u\{1b\}|033)\[/i,
    only: /^src\/ui\/(page|live-line|dashboard\/alternate-screen)\.ts$/,
  },
  {
    what: 'figures are written by one formatter',
    where: ['src/{ui,cli,commands}/**/*.{ts,tsx}', 'src/core/{doctor,metrics,sync,plan,transport}/**/*.ts'],
    found:
      /\.to(?:Fixed|Precision|LocaleString|LocaleTimeString|LocaleDateString)\(|\bIntl\.(?:Number|Date|Relative)/,
    only: /^src\/ui\/format\.ts$/,
  },
  {
    what: 'times are shortened by one formatter, and hit rates have the decimals that it gives them',
    where: ['src/{ui,cli,commands}/**/*.{ts,tsx}'],
    found: /replace\(\/[^/]* 00|formatPercent\([^)]*[hH]itRate/,
    // Live figures have no decimals; a gate tells what it judges by.
    only: /^src\/ui\/(format\.ts|reads-words\.ts|dashboard\/)|^src\/cli\/gate\.ts$/,
  },
  {
    what: 'sizes have units from one formatter',
    where: ['src/{ui,cli,commands}/**/*.{ts,tsx}', 'src/core/{doctor,metrics,sync,plan,transport}/**/*.ts'],
    found: /\}\s(?:[KMGT]i?B|kB)\b/,
    only: /^$/,
  },
  {
    what: 'moments are written by one formatter',
    where: ['src/ui/**/*.{ts,tsx}', 'src/commands/**/*.ts'],
    found: /\.to(?:ISO|Date|Time)String\(/,
    only: /^$/,
  },
  {
    what: 'signs come from the theme, which has ASCII for them',
    where: ['src/{ui,cli,commands}/**/*.{ts,tsx}'],
    // A line may ask the theme itself.
    found: /^(?!.*unicode \?).*\P{ASCII}/u,
    // A page of HTML says itself that it is UTF-8.
    only: /^src\/ui\/(theme|ascii)\.ts$|^src\/ui\/report\//,
  },
  {
    what: 'texts from outside are fitted into columns by their cells',
    where: ['src/{ui,cli,commands}/**/*.{ts,tsx}'],
    found: /printable\([^)]*\)\.(?:padEnd|padStart|slice)\(/,
    only: /^$/,
  },
  {
    what: 'commands that a sentence names stand in single quotes',
    where: ['src/**/*.{ts,tsx}'],
    found: new RegExp(
      [
        // A sentence that begins with one, one in the middle of it, and other quotes.
        `'foresync (?:${commands})\\b[^'"\`]*[^.]\\.'`,
        `[\\w:;,.)] foresync (?:${commands})\\b`,
        '[a-z][ ]`foresync [a-z-]+`',
        '"[^"\'`]* --help"',
      ].join('|'),
    ),
    only: /^$/,
  },
];

for (const { what, where, found, only } of rules) {
  test(what, () => {
    const around = where
      .flatMap((pattern) => globSync(pattern, { cwd: projectRoot }))
      .map((file) => file.split(path.sep).join('/'))
      .filter((file) => !only.test(file))
      .flatMap((file) =>
        codeLines(readFileSync(path.join(projectRoot, file), 'utf8')).flatMap(([line, number]) =>
          found.test(line) ? [`${file}:${number} ${line.trim()}`] : [],
        ),
      );
    assert.deepEqual(around, []);
  });
}

/** Lines without comments, which may hold anything, with their numbers. */
function codeLines(source: string): [line: string, number: number][] {
  const bare = source.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''));
  return bare.split('\n').map((line, index) => [line.replace(/(^|\s)\/\/.*$/, '$1'), index + 1]);
}
