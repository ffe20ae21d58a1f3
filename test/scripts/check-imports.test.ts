import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violationsIn } from '../../scripts/check-imports.ts';

const messages = (path: string, text: string) => violationsIn(path, text).map(({ message }) => message);

function assertAllowed(path: string, text: string): void {
  assert.deepEqual(messages(path, text), [], `${path}: ${text}`);
}

function assertRefused(path: string, text: string, message: RegExp): void {
  const found = messages(path, text);
  assert.equal(found.length, 1, `${path}: ${text}`);
  assert.match(found[0] ?? '', message);
}

test('commands know everything; cli knows no command', () => {
  for (const to of ['../cli/base-command.ts', '../ui/run-view.ts', '../core/plan/make-plan.ts']) {
    assertAllowed('src/commands/plan.ts', `import { x } from '${to}';`);
  }
  assertAllowed('src/cli/main.ts', `import { x } from '../ui/format.ts';`);
  assertRefused('src/cli/main.ts', `import x from '../commands/plan.ts';`, /cli may not import commands/);
});

test('ui takes types alone from core, and nothing from cli or commands', () => {
  assertAllowed('src/ui/run-view.ts', `import type { RunSnapshot } from '../core/sync/snapshot.ts';`);
  assertAllowed('src/ui/run-view.ts', `import { printable } from '../core/text.ts';`);
  assertRefused(
    'src/ui/run-view.ts',
    `import { fold } from '../core/sync/fold.ts';`,
    /types alone from sync/,
  );
  assertRefused('src/ui/run-view.ts', `import { type A, fold } from '../core/sync/fold.ts';`, /types alone/);
  assertRefused(
    'src/ui/dashboard/app.tsx',
    `import { x } from '../../cli/signals.ts';`,
    /ui may not import cli/,
  );
});

test('core knows neither commands, cli and ui, nor oclif, Ink, React and colours, nor how a process ends', () => {
  const path = 'src/core/sync/run.ts';
  assertRefused(path, `import { x } from '../../cli/signals.ts';`, /sync may not import cli/);
  assertRefused(path, `import type { X } from '../../ui/run-view.ts';`, /sync may not import ui/);
  assertRefused('src/core/errors.ts', `import { x } from '../ui/format.ts';`, /core may not import ui/);
  assertRefused(path, `import { Command } from '@oclif/core';`, /oclif is known to/);
  assertRefused(path, `import type { Hook } from '@oclif/core/hooks';`, /oclif is known to/);
  assertRefused(path, `import { render } from 'ink';`, /known to ui alone/);
  assertRefused(path, `import { jsx } from 'react/jsx-runtime';`, /known to ui alone/);
  assertRefused(path, `import chalk from 'chalk';`, /colours belong/);
  assertRefused(path, 'x();\nprocess.exit(1);', /the exit code is decided in cli/);
  assertRefused(path, 'process.exitCode = 1;', /the exit code is decided in cli/);
  assertAllowed('src/core/agent/main.ts', 'process.exit(1);');
  assertRefused('src/commands/plan.ts', `import { render } from 'ink';`, /known to ui alone/);
});

test('inside core the arrows run downwards only', () => {
  const to = (folder: string) => `import type { X } from '../${folder}/x.ts';`;
  const downwards: Record<string, string[]> = {
    sync: ['agent', 'plan', 'store', 'transport', 'group', 'state'],
    agent: ['store', 'transport', 'group'],
    plan: ['forecast', 'history', 'access-log', 'store', 'state'],
    metrics: ['history', 'access-log', 'state'],
    forecast: ['history'],
    history: ['access-log', 'state'],
    'access-log': ['transport'],
    transport: ['group'],
    store: ['group'],
  };
  for (const [from, folders] of Object.entries(downwards)) {
    for (const folder of folders) {
      assertAllowed(`src/core/${from}/a.ts`, to(folder));
      assertRefused(`src/core/${folder}/a.ts`, to(from), new RegExp(`${folder} may not import ${from}`));
    }
    assertAllowed(
      `src/core/${from}/deep/a.ts`,
      `import { x } from '../../text.ts';\nimport { y } from '../b.ts';`,
    );
  }
  assertRefused('src/core/metrics/a.ts', to('plan'), /metrics may not import plan/);
  assertRefused('src/core/plan/a.ts', to('metrics'), /plan may not import metrics/);
  assertRefused('src/core/agent/a.ts', to('plan'), /agent may not import plan/);
  assertRefused('src/core/agent/a.ts', to('state'), /agent may not import state/);
  assertRefused('src/core/reports/a.ts', '', /says nothing of src\/core\/reports/);
});

test('state and store alone open SQLite files, transport alone spawns', () => {
  const sqlite = `import Database from 'better-sqlite3';`;
  assertAllowed('src/core/state/open.ts', sqlite);
  assertAllowed('src/core/store/sqlite/donor.ts', sqlite);
  assertRefused('src/core/history/buckets.ts', sqlite, /nobody else opens any/);
  assertAllowed('src/core/history/buckets.ts', `import type { Database } from 'better-sqlite3';`);
  assertAllowed('src/core/transport/spawn.ts', `import { execa } from 'execa';`);
  assertRefused('src/core/agent/host.ts', `import { execa } from 'execa';`, /transport alone spawns/);
  assertRefused('src/cli/x.ts', `import { spawn } from 'node:child_process';`, /transport alone spawns/);
});

test('every way to import is seen, with its line', () => {
  const path = 'src/core/plan/a.ts';
  for (const text of [
    `\nimport '../metrics/x.ts';`,
    `\nexport { x } from '../metrics/x.ts';`,
    `\nexport * from '../metrics/x.ts';`,
    `import {\n  x,\n} from '../metrics/x.ts';`,
    `\nconst x = await import('../metrics/x.ts');`,
    `\nnew Worker(new URL('../metrics/x.ts', import.meta.url));`,
    `import { readFileSync } from 'node:fs';\nimport x, { y } from '../metrics/x.ts';`,
  ]) {
    assertRefused(path, text, /plan may not import metrics/);
  }
  assert.equal(violationsIn(path, `import a from 'b';\n\nimport '../metrics/x.ts';`)[0]?.line, 3);
});
