// Plays whole runs with faults, a line each:
//
//   npm run test:faults -- [--store sqlite|postgres] [--runs 1000] [--seed N] [--from K] [--only SEED] [--keep] [--record]
//
// Run number K of a suite has the seed N + K. --from goes on where an earlier suite was stopped. --only plays one seed again, and --keep
// leaves its files. Every outcome is added to .foresync/faults/runs.jsonl (postgres.jsonl), which a suite without --from begins anew; --record puts what they
// come to into docs/RELIABILITY.md (with --runs 0: what was played before).
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { withTable } from '../../../bench/report/page.ts';
import { projectRoot } from '../../support/cli.ts';
import type { Outcome } from './case.ts';
import { caseOf } from './choose-case.ts';
import { pgCaseOf } from './postgres/choose-case.ts';
import { makePgGround } from './postgres/ground.ts';
import { PgServers } from './postgres/servers.ts';
import { reportOf } from './report.ts';
import { runCase } from './run-case.ts';
import { makeSqliteGround } from './sqlite-ground.ts';
import { makeStandIns } from './stand-ins.ts';

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '20261128' },
    from: { type: 'string', default: '0' },
    only: { type: 'string' },
    keep: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});

const results = path.join(projectRoot, '.foresync', 'faults');
const isPostgres = values.store === 'postgres';
const runsFile = path.join(results, isPostgres ? 'postgres.jsonl' : 'runs.jsonl');
mkdirSync(results, { recursive: true });
const isNew = !values.only && values.from === '0' && values.runs !== '0';
if (isNew) rmSync(runsFile, { force: true });
// Servers end with the process, but not with one that a signal ends at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
await play();
if (values.record) record();

async function play(): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-faults-suite-'));
  const standIns = await makeStandIns();
  const servers = isPostgres ? await PgServers.start() : undefined;
  const sharedCache = path.join(folder, 'cache');
  const seeds = values.only
    ? [Number(values.only)]
    : Array.from(
        { length: Number(values.runs) - Number(values.from) },
        (_, i) => Number(values.seed) + Number(values.from) + i,
      );
  let failed = 0;
  for (const seed of seeds) {
    const chosen = servers ? pgCaseOf(seed) : caseOf(seed);
    if (values.only)
      process.stdout.write(
        `${JSON.stringify({ ...chosen, firstWrites: chosen.firstWrites.length }, null, 1)}\n`,
      );
    const options = { standIns, sharedCache, keep: values.keep };
    const outcome =
      'handOver' in chosen
        ? await runCase(chosen, makePgGround(servers as PgServers), options)
        : await runCase(chosen, makeSqliteGround, options);
    if (!values.only) appendFileSync(runsFile, `${JSON.stringify(outcome)}\n`);
    process.stdout.write(`${lineOf(outcome)}\n`);
    if (outcome.outcome === 'FAILED') failed++;
  }
  await servers?.stop();
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`${seeds.length} runs, ${failed} failed\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}

function record(): void {
  const lines = readFileSync(runsFile, 'utf8').trim().split('\n');
  // A seed that was played again counts as it ended last.
  const outcomes = new Map(lines.map((line) => JSON.parse(line) as Outcome).map((one) => [one.seed, one]));
  const page = path.join(projectRoot, 'docs', 'RELIABILITY.md');
  writeFileSync(
    page,
    withTable(
      readFileSync(page, 'utf8'),
      isPostgres ? 'faults-postgres' : 'faults',
      reportOf([...outcomes.values()]),
    ),
  );
}

function lineOf({
  seed,
  table,
  plan,
  faults,
  fired,
  attempts,
  outcome,
  reason,
  rows,
  writes,
  ms,
}: Outcome): string {
  const happened = faults.map((fault, i) => `${fault}${fired[i] ? '' : ' (not reached)'}`).join(' + ');
  const why = reason === undefined ? '' : `: ${reason}`;
  return `${seed}  ${table}  plan ${plan}  ${happened}  [${attempts.join(' | ')}]  ${outcome}${why}  ${rows} rows, ${writes} writes, ${ms} ms`;
}
