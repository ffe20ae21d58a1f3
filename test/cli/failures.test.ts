import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bundlePrograms, ownPrograms } from '../../scripts/build.ts';
import { projectRoot, runProgram } from '../support/cli.ts';

/** A command that fails in every way a command can, built together with the program. */
const probe = `
import { Args, Flags } from '@oclif/core';
import { BaseCommand, usageError } from '${join(projectRoot, 'src/cli/base-command.ts')}';
import { ForesyncError } from '${join(projectRoot, 'src/core/errors.ts')}';

const waitForever = () => new Promise(() => setInterval(() => {}, 1000));

export default class Probe extends BaseCommand {
  static args = { log: Args.string({ required: true, description: 'A log.' }) };
  static flags = {
    out: Flags.string({ required: true, description: 'Where it goes.' }),
    count: Flags.integer({ min: 1 }),
    model: Flags.string({ options: ['auto', 'decay'] }),
    horizon: Flags.custom({ parse: async (v) => { throw usageError('"' + v + '" is no time.', 'Say 24h.'); } })(),
    keys: Flags.string({ exclusive: ['bytes'] }),
    bytes: Flags.string({}),
  };
  async run() {
    const { args } = await this.parse(Probe);
    switch (args.log) {
      case 'exists': throw new ForesyncError('exists', 'joiner-has-table', 'The table\\u001b[31m is there.', { hint: 'Use --replace.' });
      case 'defect': throw new TypeError('x.y is not a function');
      case 'later': setImmediate(() => { throw new TypeError('thrown in a callback'); }); return waitForever();
      case 'unhandled': void Promise.reject(new TypeError('rejected and forgotten')); return waitForever();
      case 'full': throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      case 'oclif': return this.error('Not like this.', { exit: 74 });
      case 'abort': throw new DOMException('stopped', 'AbortError');
      case 'leave': return this.exit(3);
      case 'missing': return import(String('no-such-package'));
    }
    return { ok: true };
  }
}
`;

let root = '';

before(async () => {
  root = mkdtempSync(join(tmpdir(), 'foresync-failures-'));
  mkdirSync(join(root, 'bin'));
  copyFileSync(join(projectRoot, 'bin/run.js'), join(root, 'bin/run.js'));
  copyFileSync(join(projectRoot, 'package.json'), join(root, 'package.json'));
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  const source = join(root, 'probe.ts');
  writeFileSync(source, probe);
  await bundlePrograms(join(root, 'dist'), { ...ownPrograms(), 'commands/probe': source });
  // As the product has one: without it every command is loaded whenever one is run.
  execFileSync(process.execPath, [join(root, 'node_modules/oclif/bin/run.js'), 'manifest'], { cwd: root });
});
after(() => rmSync(root, { recursive: true, force: true }));

const run = (...args: string[]) => runProgram(join(root, 'bin/run.js'), args);

interface Failure {
  code: string;
  message: string;
  hint?: string;
  exitCode: number;
}

/** One line, perhaps with one more that helps; with --json the same as one object; both with the same exit code. */
async function assertFails(
  args: string[],
  exitCode: number,
  message: RegExp,
  hint?: RegExp,
): Promise<Failure> {
  const plain = await run(...args);
  const [first = '', second, ...more] = plain.stderr.trimEnd().split('\n');
  assert.match(first, message);
  assert.match(first, /^✗ /);
  if (hint) assert.match(second ?? '', hint);
  if (second !== undefined) assert.match(second, /^ {2}→ /);
  assert.deepEqual(more, []);
  assert.equal(plain.stdout, '');
  assert.equal(plain.exitCode, exitCode);

  const json = await run(...args, '--json');
  const { error } = JSON.parse(json.stdout) as { error: Failure };
  assert.match(`✗ ${error.message}`, message);
  assert.equal(json.stderr, '');
  assert.equal(json.exitCode, exitCode);
  assert.equal(error.exitCode, exitCode);
  return error;
}

test('a command that works prints its result under --json', async () => {
  const { stdout, exitCode } = await run('probe', 'x', '--out', 'y', '--json');
  assert.deepEqual(JSON.parse(stdout), { ok: true });
  assert.equal(exitCode, 0);
});

test('wrong usage exits with 64 and one line', async () => {
  await assertFails(['nope'], 64, /^✗ There is no command "nope"\.$/, /foresync --help/);
  await assertFails(['nope', 'probe'], 64, /^✗ There is no command "nope"\.$/);
  await assertFails(['prob'], 64, /^✗ There is no command "prob"\.$/, /Did you mean "probe"\?/);
  await assertFails(['no\npe'], 64, /^✗ There is no command "no(\\u000a|\n)pe"\.$/);
  const help = await run('help', 'nope');
  assert.deepEqual(
    [help.exitCode, help.stderr],
    [64, '✗ There is no command "nope".\n  → \'foresync --help\' lists all.\n'],
  );
  const said = /'foresync probe --help' says what it takes/;
  await assertFails(
    ['probe', 'x', '--out=y', '--bogus'],
    64,
    /^✗ There is no flag --bogus\.$/,
    /'foresync probe --help' lists all/,
  );
  await assertFails(['probe', 'x', '--uot=y'], 64, /^✗ There is no flag --uot/, /Did you mean --out\?/);
  await assertFails(['probe', 'x'], 64, /^✗ --out is missing\.$/, /Where it goes\.$/);
  await assertFails(['probe', '--out=y'], 64, /^✗ LOG is missing\.$/, /A log\.$/);
  await assertFails(['probe', 'x', 'z', '--out=y'], 64, /^✗ There is no place for 'z'\.$/, said);
  await assertFails(['probe', 'x', '--out'], 64, /^✗ --out needs a value\.$/, /Where it goes\.$/);
  await assertFails(
    ['probe', 'x', '--out=y', '--count=many'],
    64,
    /^✗ --count: 'many' is no whole number\.$/,
    /digits/,
  );
  await assertFails(
    ['probe', 'x', '--out=y', '--count=0'],
    64,
    /^✗ --count: 0 is less than 1\.$/,
    /Write 1 or more/,
  );
  await assertFails(
    ['probe', 'x', '--out=y', '--model=best'],
    64,
    /^✗ --model: 'best' is none of its values\.$/,
    /Write one of auto, decay\./,
  );
  await assertFails(
    ['probe', 'x', '--out=y', '--keys=1', '--bytes=2'],
    64,
    /^✗ --bytes and --keys do not go together\.$/,
    /Leave out one/,
  );
  const own = await assertFails(
    ['probe', 'x', '--out=y', '--horizon=soon'],
    64,
    /^✗ --horizon: "soon" is no time\.$/,
    /Say 24h/,
  );
  assert.equal(own.code, 'usage');
});

test('a failure that foresync knows has its own code, and nothing raw reaches the terminal', async () => {
  const error = await assertFails(
    ['probe', 'exists', '--out=y'],
    73,
    /^✗ The table(\\u001b\[31m)?.* is there\.$/,
    /--replace/,
  );
  assert.equal(error.code, 'joiner-has-table');
  const { stderr } = await run('probe', 'exists', '--out=y');
  assert.ok(!stderr.includes('\u001b'));
});

test('what nobody expected is a defect: exit code 70 and no stack trace', async () => {
  await assertFails(
    ['probe', 'defect', '--out=y'],
    70,
    /^✗ This is a defect .*x\.y is not a function$/,
    /FORESYNC_DEBUG/,
  );
  await assertFails(['probe', 'later', '--out=y'], 70, /^✗ This is a defect .*thrown in a callback$/);
  await assertFails(['probe', 'unhandled', '--out=y'], 70, /^✗ This is a defect .*rejected and forgotten$/);
  await assertFails(['probe', 'missing', '--out=y'], 70, /^✗ This is a defect .*no-such-package/);
});

test('a failure of the machine, an early exit and an interruption keep their codes', async () => {
  await assertFails(['probe', 'full', '--out=y'], 74, /^✗ The system refused: no space left on device\.$/m);
  await assertFails(['probe', 'oclif', '--out=y'], 74, /^✗ Not like this\.$/);
  await assertFails(['probe', 'abort', '--out=y'], 130, /^✗ Interrupted\.$/);
  const left = await run('probe', 'leave', '--out=y');
  assert.deepEqual([left.exitCode, left.stdout, left.stderr], [3, '', '']);
});

test('the stack is there for those who ask', async () => {
  const result = await runProgram(join(root, 'bin/run.js'), ['probe', 'defect', '--out=y'], {
    env: { FORESYNC_DEBUG: '1' },
  });
  assert.match(result.stderr, /TypeError: x\.y is not a function\n {4}at /);
});

test('a reader that leaves is no failure', async () => {
  const child = spawn(join(root, 'bin/run.js'), ['--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [exitCode] = (await once(child, 'close')) as [number];
  assert.deepEqual([exitCode, stderr], [0, '']);
});

test('output that cannot be written is an input/output error', async () => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(join(root, 'bin/run.js'), ['--help'], { stdio: ['ignore', full, 'pipe'] });
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const [exitCode] = (await once(child, 'close')) as [number];
  assert.equal(exitCode, 74);
  assert.match(stderr, /^✗ The system refused: no space left on device\.\n$/);
});
