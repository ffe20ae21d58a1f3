#!/bin/sh
':' /*
# For work on foresync itself: builds what changed, then runs it. Shell and JavaScript in one, as in run.js.
root=$(dirname "$0")/..
exec "$root/scripts/node" "$0" "$@"
*/

import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const changedAt = (path) => statSync(at(path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

const builtAt = changedAt('oclif.manifest.json') * (changedAt('dist') && 1);
const sources = ['package.json', 'tsconfig.json', 'scripts/build.ts', 'src'];
// Folders count as well: their time tells of files that went away.
for (const file of readdirSync(at('src'), { recursive: true })) sources.push(`src/${file}`);

if (sources.some((file) => changedAt(file) > builtAt)) {
  const { status } = spawnSync(process.execPath, [at('scripts/build.ts')], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
await import('./run.js');
