// A shop with three replicas gets a fourth one, on this machine alone: databases, logs and a writer from a seeded
// generator, and foresync's own commands from analyze to metrics.
//
//   npm run demo [-- --rows 200000] [--seed 1] [--keep]

import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatBytes, formatCount } from '../src/ui/format.ts';
import { AccessLogs, pastDays } from './access-logs.ts';
import { mostItems } from './catalogue.ts';
import { type MeasuredRun, showGain } from './gain.ts';
import { donorNames, makeShop, type ShopPlan } from './make-shop.ts';
import { print } from './printing.ts';
import { proveEqual, type Writes } from './prove-equal.ts';
import { ShopWriter } from './shop-writer.ts';
import { CommandFailed, Stage } from './stage.ts';

const mostEvents = 1_200_000;
const joiner = 'eu-west';

class Stopped extends Error {
  override readonly name: NodeJS.Signals;
  constructor(name: NodeJS.Signals) {
    super(`Stopped by ${name}.`);
    this.name = name;
  }
}

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stop.abort(new Stopped(name)));
  // Whoever reads the output may have seen enough of it.
  process.stdout.on('error', () => stop.abort(new Stopped('SIGPIPE')));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-demo-'));
  try {
    await play({ ...options, folder }, stop.signal);
    return 0;
  } catch (error) {
    const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
    console.error(`\nThe demo did not come to its end: ${reason instanceof Error ? reason.message : reason}`);
    if (reason instanceof Stopped) return 128 + os.constants.signals[reason.name];
    return reason instanceof CommandFailed ? reason.exitCode : 1;
  } finally {
    if (options.keep) print('', `Everything was kept in ${folder}.`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

async function play(
  { folder, seed, rows, keep }: { folder: string; seed: number; rows: number; keep: boolean },
  signal: AbortSignal,
): Promise<void> {
  const stage = new Stage(folder, signal);
  const shop: ShopPlan = { folder, seed, rows, newcomers: Math.ceil(rows / 400), lag: 300 };
  stage.say(
    '',
    `A shop keeps its ${formatCount(rows)} items in three replicas: ${donorNames.join(', ')}.`,
    'Now it opens in Europe, and wants a fourth one there. All of this happens in',
    `${folder}, ${keep ? 'which is kept' : 'of which nothing is left at the end'}.`,
  );
  const logs = await makeEverything(stage, shop, signal);
  const writer = new ShopWriter(shop);
  let writes: Writes;
  try {
    stage.done('a writer that goes on selling from now on');
    await addTheReplica(stage);
    writes = await proveEqual(stage, { folder, joiner, writer });
  } finally {
    await writer.leave();
  }
  const measured = await measure(stage, logs, folder, signal);
  const log = path.join(folder, 'logs', `${joiner}.csv.gz`);
  await showGain(stage, measured, { name: joiner, file: path.join(folder, `${joiner}.db`), log }, writes);
}

async function makeEverything(stage: Stage, shop: ShopPlan, signal: AbortSignal): Promise<AccessLogs> {
  const { folder, seed, rows, newcomers } = shop;
  stage.act('The shop');
  const shopMs = performance.now();
  makeShop(shop);
  const { size } = statSync(path.join(folder, 'us-east', 'shop.db'));
  stage.done(`three databases of ${formatBytes(size)}, ap-south somewhat behind`, shopMs);
  const logsMs = performance.now();
  const events = Math.min(mostEvents, rows * 6);
  const logs = new AccessLogs({ seed, rows, newcomers, events, endMs: Date.now() });
  mkdirSync(path.join(folder, 'logs'));
  const written = await logs.writePast(path.join(folder, 'logs'), donorNames, signal);
  stage.done(`their access logs of ${pastDays} days, ${formatCount(written)} events`, logsMs);
  return logs;
}

async function addTheReplica(stage: Stage): Promise<void> {
  stage.act('Look at the traffic', '   Who reads what, and when? foresync.yaml names the logs.');
  await stage.run('analyze');
  stage.act('Look ahead', '   Which rows will be read within the next day?');
  await stage.run('plan');
  stage.act('Get ready', '   The donors read those rows ahead of time; the lead notes what changes.');
  await stage.run('prefetch');
  stage.act('Add the replica', '   Hot rows first, then all others, while the shop goes on selling.');
  await stage.run('add-replica', joiner, '--host', 'local', '--store', `sqlite:${joiner}.db`);
}

async function measure(
  stage: Stage,
  logs: AccessLogs,
  folder: string,
  signal: AbortSignal,
): Promise<MeasuredRun> {
  stage.act(
    'Was it worth it?',
    `   The generator goes on for a day: these are the reads that ${joiner} gets\n   until tomorrow, which foresync takes for a clock that is ahead.`,
  );
  const startedMs = performance.now();
  const events = await logs.writeNextDay(path.join(folder, 'logs'), joiner, signal);
  stage.done(`the access log of ${joiner}, ${formatCount(events)} events`, startedMs);
  const { runs } = await stage.ask<{ runs: { id: string }[] }>('metrics', '--limit', '1');
  const run = runs[0]?.id.slice(0, 8) ?? '';
  await stage.run('metrics', run, '--log', `logs/${joiner}.csv.gz`);
  return stage.ask('metrics', run);
}

/** The options, or the exit code where there is nothing to do. */
function readOptions(): { rows: number; seed: number; keep: boolean } | number {
  try {
    const { values } = parseArgs({
      options: {
        rows: { type: 'string', default: '200000' },
        seed: { type: 'string', default: '1' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [rows, seed] = [Number(values.rows), Number(values.seed)];
    if (values.help) {
      print('npm run demo [-- --rows 200000] [--seed 1] [--keep]');
      return 0;
    }
    if (!Number.isInteger(rows) || rows < 1000 || rows > mostItems / 2)
      throw new RangeError(`--rows is a whole number from 1000 to ${mostItems / 2}.`);
    if (!Number.isInteger(seed)) throw new RangeError('--seed is a whole number.');
    return { rows, seed, keep: values.keep };
  } catch (error) {
    console.error(`${(error as Error).message}\nnpm run demo [-- --rows 200000] [--seed 1] [--keep]`);
    return 64;
  }
}

process.exitCode = await main();
