import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { exitCodes } from '../../../src/core/errors.ts';
import { projectRoot } from '../../support/cli.ts';
import { RunningCli } from '../../support/running-cli.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { findProgram } from '../../support/sshd-path.ts';
import { type Example, helpExamples, proseCommands, readmeExamples, unknownIn } from './collected.ts';
import { ExampleShop } from './shop.ts';

/** Examples that cannot be run here, and why. */
const notRun: { pattern: RegExp; why: string }[] = [
  { pattern: /^foresync init$/, why: 'it asks at a terminal; test/commands/init.test.ts answers' },
  {
    pattern: /^command="foresync agent/,
    why: 'a line of authorized_keys; test/scenarios/locked-down has it',
  },
  {
    pattern: /postgres:\/\/|--key-pattern 'FROM items/,
    why: 'a server by that name; test/scenarios/postgres has ones of its own, access-log.test.ts these lines',
  },
  { pattern: /clickhouse:\/\//, why: 'a server by that name; test/scenarios/clickhouse has ones of its own' },
];

/** The id of a run, as the help shows it, and that of another one, which may be the same here. */
const shownRun = '3f9a1c2b';
const otherRun = '8d07e5f4';

/** What must be there before an example of a command; returns how the id of its run begins. */
type Preparation = (shop: ExampleShop, line: string) => Promise<string | undefined>;

const preparations: Record<string, Preparation> = {
  init: async ({ cwd }) => {
    rmSync(path.join(cwd, 'foresync.yaml'));
    return undefined;
  },
  analyze: async ({ cwd }, line) => {
    // These two columns are named by what the other examples do not have.
    if (line.startsWith('zcat')) rmSync(path.join(cwd, 'access.tsv.gz'));
    return undefined;
  },
  plan: async (shop, line) => {
    const [, at] = /--at (\S+)/.exec(line) ?? [];
    await (at === undefined ? shop.analyzeAndPlan() : shop.analyze(Date.parse(at)));
    return undefined;
  },
  'plan diff': async (shop) => {
    await shop.analyzeAndPlan();
    await shop.did('cp plan.jsonl yesterday.jsonl');
    await shop.did('foresync plan inspect plan.jsonl --pin user:4711 --out edited.jsonl');
    return undefined;
  },
  abort: (shop) => shop.dieAtHotReady(),
  cleanup: (shop) => shop.dieAtHotReady(),
  resume: (shop) => shop.dieAtHotReady(),
  throttle: async (shop) => {
    const run = new RunningCli([...shop.join.split(' ').slice(1), '--no-plan', '--bwlimit', '100/s'], {
      cwd: shop.cwd,
      env: shop.env,
    });
    running.push(run);
    await run.says(/snapshot/);
    return undefined;
  },
  completion: async () => undefined,
  tune: async (shop) => {
    await shop.did('foresync tune --set order=reads --set decay-weight=1');
    return undefined;
  },
};

/** Some words of what an example says on standard output, by its command; of `--json` its object is looked at instead. */
const said: Record<string, RegExp> = {
  abort: /Delta Log at us-east (?:would go|is gone)/,
  'add-replica': /eu-west holds items: [\d,]+ rows, equal to us-east/,
  analyze: /Read [\d,]+ logs?|Followed 1 log|events/,
  cleanup: /Delta Log at us-east (?:would go|is gone)/,
  completion: /^$/,
  doctor: /Ready\./,
  init: /foresync\.yaml is written\.|^group: /m,
  metrics: /HIT RATE|hit rate|the newest of each joiner|tuned or set yet/,
  plan: /Planned [\d,]+ keys|Backtest on|confidence/,
  'plan diff': /B against A/,
  'plan inspect': /plan\.jsonl|confidence/,
  prefetch: /Prefetch Cache|Delta Log at us-east/,
  report: /Run [0-9a-f]{8} is drawn in /,
  resume: /holds items: [\d,]+ rows, equal to us-east/,
  simulate: /^Simulated join of [\d,]+ rows, [\s\S]*^ {2}foresync /m,
  status: /in sync/,
  tune: /Parameters of shop|, (?:set|frozen|taken back)\./,
  throttle: /^Run [0-9a-f]{8}, eu-west: /,
};

/** Commands that have nothing to do with hosts, or are told of them by runs. */
const withoutSsh = /^(plan|simulate|abort|cleanup|resume|throttle|tune)\b/;

const usually: Preparation = async (shop) => {
  await shop.analyzeAndPlan();
  return undefined;
};

/** Commands that look at a run that has ended. The shop that has one is made once, and is as new for each of them. */
const ofJoined = /^(metrics|report|status)$/;
let joined: { shop: ExampleShop; run: string } | undefined;

async function joinedShop(): Promise<{ shop: ExampleShop; run: string }> {
  if (joined) {
    joined.shop.restore();
    return joined;
  }
  const shop = new ExampleShop(sshd, { local: true });
  joined = { shop, run: await shop.joined() };
  shop.keep();
  return joined;
}

async function preparedShop(line: string): Promise<{ shop: ExampleShop; run: string | undefined }> {
  const { words, command } = namesIn(line);
  if (ofJoined.test(command)) {
    const { shop, run } = await joinedShop();
    if (line.includes('--replace')) await shop.did(`foresync report ${run} --out report.html`);
    return { shop, run };
  }
  const shop = new ExampleShop(sshd, { local: withoutSsh.test(command) });
  shops.push(shop);
  return { shop, run: await (preparations[words] ?? preparations[command] ?? usually)(shop, line) };
}

/** Those of the example that runs. */
const shops: ExampleShop[] = [];
const running: RunningCli[] = [];
let sshd: TestSshd;
before(async () => {
  sshd = await startSshd();
});
after(async () => {
  joined?.shop.remove();
  await sshd.stop();
});

const examples = new Map([...helpExamples(), ...readmeExamples()].map((example) => [example.line, example]));

test('there are examples in README.md and in the help of every command', () => {
  assert.ok(readmeExamples().length >= 8);
  assert.ok(helpExamples().length >= 25);
  for (const { pattern } of notRun)
    assert.ok(
      [...examples.keys()].some((line) => pattern.test(line)),
      String(pattern),
    );
});

test('commands that a sentence of README.md or of a page of docs names are there, with the flags that it gives them', () => {
  const named = proseCommands();
  assert.ok(named.length >= 30);
  for (const { from, line } of named) assert.deepEqual(unknownIn(line), [], `${from}: ${line}`);
});

test('README.md says how foresync comes to be on the PATH before it is used', () => {
  const text = readFileSync(path.join(projectRoot, 'README.md'), 'utf8');
  const first = text.search(/^foresync /m);
  assert.ok(text.lastIndexOf('npm link', text.indexOf('`foresync init`')) > 0 && first > 0);
});

for (const { from, line } of examples.values()) {
  if (notRun.some(({ pattern }) => pattern.test(line))) continue;
  const skip = isOfZsh(line) && !findProgram('zsh') ? 'this machine has no zsh' : false;
  test(`${from}: ${line}`, { skip }, (t) => runExample({ from, line }, (work) => t.after(work)));
}

async function runExample({ line }: Example, afterwards: (work: () => unknown) => void): Promise<void> {
  const { words, command } = namesIn(line);
  afterwards(async () => {
    for (const run of running.splice(0)) {
      run.kill('SIGKILL');
      await run.ended;
    }
    for (const shop of shops.splice(0)) shop.remove();
  });
  const { shop, run: runId } = await preparedShop(line);
  const asked = shop
    .here(line)
    .replaceAll(shownRun, runId ?? shownRun)
    .replaceAll(otherRun, runId ?? otherRun);
  const { exitCode, stdout, stderr } = await shop.run(isOfZsh(line) ? inZsh(asked) : asked);
  assert.equal(exitCode, expectedCode(line), `${asked}\n${stdout}${stderr}`);
  if (line.includes('--json')) assert.equal(JSON.parse(stdout).error, undefined);
  else assert.match(stdout, said[words] ?? said[command] ?? /^never$/, asked);
  // What a prefetch keeps may be in memory, which outlives the folder.
  if (command === 'prefetch') await shop.did('foresync prefetch --release');
}

/** Its command, and that with the word that follows. */
function namesIn(line: string): { words: string; command: string } {
  const [, words = ''] = /foresync (\S+(?: \S+)?)/.exec(line) ?? [];
  const [command = ''] = words.split(' ');
  return { words, command };
}

/** 0, or what the help says of a difference that is there. */
function expectedCode(line: string): number {
  return line.includes('--exit-code') ? exitCodes.gate : 0;
}

function isOfZsh(line: string): boolean {
  return line.endsWith(' zsh)');
}

/** As in a ~/.zshrc. */
function inZsh(line: string): string {
  return `zsh -f -c 'autoload -Uz compinit && compinit -D -u && ${line}'`;
}
