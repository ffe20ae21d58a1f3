import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { progressLine } from '../../src/cli/json/progress.ts';
import { results } from '../../src/cli/json/results.ts';
import { projectRoot, runJs, runProgram } from '../support/cli.ts';
import { leaveDeadRun } from '../support/cli-shop.ts';
import { loggedShop, writeJoinerLog } from '../support/logged-shop.ts';
import { rowsOf, type TestContext } from '../support/tables.ts';

interface Step {
  name: string;
  if?: string;
  run: string;
}

interface Job {
  env: Record<string, string>;
  steps: Step[];
}

function jobsOf(page: string): Record<string, Job> {
  const [, text] =
    /```yaml\n(.*?)```/s.exec(readFileSync(path.join(projectRoot, 'docs', page), 'utf8')) ?? [];
  assert.ok(text);
  return parse(text).jobs;
}

/** A shop as the workflow finds it, and what runs a step of it there as a runner does, with the example's places put here. */
function stage(t: TestContext): { cwd: string; run(job: Job, step: Step): Promise<void> } {
  const cwd = loggedShop(t);
  writeFileSync(
    path.join(cwd, 'foresync.yaml'),
    'group: shop\ntable: items\nlead: east\nreplicas: { east: { store: "sqlite:shop.db", logs: ["access.csv"] } }\n',
  );
  const programs = path.join(cwd, 'programs');
  mkdirSync(programs);
  writeFileSync(path.join(programs, 'foresync'), `#!/bin/sh\nexec '${runJs}' "$@"\n`);
  chmodSync(path.join(programs, 'foresync'), 0o755);
  const here: Record<string, string> = {
    FORESYNC_CONFIG: 'foresync.yaml',
    FORESYNC_STATE: 'foresync.db',
    JOINER_HOST: 'local',
    JOINER_STORE: 'sqlite:copy.db',
    JOINER_LOG: 'joiner.csv',
  };
  return {
    cwd,
    async run({ env }, { name, run }) {
      const told = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, here[key] ?? value]));
      const PATH = `${programs}:${process.env.PATH}`;
      const ended = await runProgram('sh', ['-e', '-c', run], { cwd, env: { ...told, PATH } });
      assert.equal(ended.exitCode, 0, `${name}: ${ended.stdout}${ended.stderr}`);
    },
  };
}

test('the workflow of docs/CI.md adds a replica, step by step, and judges it', async (t) => {
  const { cwd, run } = stage(t);
  const { replica, worth } = jobsOf('CI.md');
  assert.ok(replica && worth);
  for (const step of replica.steps) if (step.if === undefined) await run(replica, step);
  const json = (file: string) => JSON.parse(readFileSync(path.join(cwd, file), 'utf8'));
  results.analyze.parse(json('analyze.json'));
  assert.equal(results.plan.parse(json('plan.json')).gate?.passed, true);
  const added = results['add-replica'].parse(json('replica.json'));
  assert.equal(added.plan, 'plan.jsonl');
  for (const line of readFileSync(path.join(cwd, 'progress.jsonl'), 'utf8').trimEnd().split('\n'))
    progressLine.parse(JSON.parse(line));
  assert.deepEqual(rowsOf(path.join(cwd, 'copy.db'), 'items'), rowsOf(path.join(cwd, 'shop.db'), 'items'));
  writeJoinerLog(cwd, added.run.startedAtMs);
  for (const step of worth.steps) await run(worth, step);
  assert.equal(results['metrics RUN'].parse(json('metrics.json')).gate?.passed, true);
});

test('what the workflow does after a failure takes away what a run left, and minds nothing where there is nothing', async (t) => {
  const { cwd, run } = stage(t);
  const { replica } = jobsOf('CI.md');
  const cleanup = replica?.steps.find(({ if: when }) => when === 'failure()');
  assert.ok(replica && cleanup);
  await run(replica, cleanup);
  await leaveDeadRun(t, cwd);
  await run(replica, cleanup);
  await run(replica, cleanup);
});
