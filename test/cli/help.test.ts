import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { exitCodes } from '../../src/core/errors.ts';
import { projectRoot, runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/tables.ts';

const manifest = JSON.parse(readFileSync(path.join(projectRoot, 'oclif.manifest.json'), 'utf8'));
const commands = Object.keys(manifest.commands).map((id) => id.replaceAll(':', ' '));

test('a command is asked for its help in three ways, which say the same', async () => {
  const [long, short, word] = await Promise.all([
    runCli(['plan', '--help']),
    runCli(['plan', '-h']),
    runCli(['help', 'plan']),
  ]);
  assert.deepEqual([long.exitCode, long.stderr], [0, '']);
  assert.match(long.stdout, /USAGE[\s\S]*FLAGS[\s\S]*\[default: plan\.jsonl\][\s\S]*EXAMPLES/);
  assert.equal(short.stdout, long.stdout);
  assert.equal(word.stdout, long.stdout);
});

test('help imports nothing of the command that it is about, and still tells its defaults', async (t) => {
  const watch = path.join(temporaryFolder(t), 'watch.mjs');
  writeFileSync(
    watch,
    `import { registerHooks } from 'node:module';
     registerHooks({ load(url, context, next) {
       if (/dist\\/(commands|core\\/(sync|agent|forecast))\\//.test(url)) throw new Error('imported: ' + url);
       return next(url, context);
     } });`,
  );
  const env = { NODE_OPTIONS: `--import ${watch}` };
  const { exitCode, stdout, stderr } = await runCli(['prefetch', '--help'], { env });
  assert.deepEqual([exitCode, stderr], [0, '']);
  for (const said of ['default: 1GiB', 'default: 24h', 'env: FORESYNC_STATE'])
    assert.ok(stdout.replaceAll(/\s+/g, ' ').includes(said), said);
  const { stderr: caught } = await runCli(['status'], { env });
  assert.match(caught, /imported: .*status\.js/);
});

test('without a command foresync says what it is for, what there is, and what to begin with', async () => {
  for (const args of [[], ['--help'], ['-h'], ['help']]) {
    const { exitCode, stdout, stderr } = await runCli(args);
    assert.deepEqual([exitCode, stderr], [0, '']);
    for (const command of commands.filter((one) => !one.includes(' ')))
      assert.match(stdout, new RegExp(`\\n  ${command} `), command);
    assert.match(stdout, /FIRST STEPS\n {2}\$ foresync init [\s\S]*\$ foresync add-replica NAME/);
    assert.match(stdout, /ENVIRONMENT[\s\S]*FORESYNC_STATE[\s\S]*NO_COLOR/);
    for (const line of stdout.split('\n').slice(1)) assert.ok(line.length <= 90, line);
  }
});

test('the root help tells of every variable that foresync looks at, and of its exit codes', async () => {
  const { stdout } = await runCli(['--help']);
  // What commands of the operator's are given, and what one part of the program tells another.
  const own = /_(EVENT|RUN_ID|GROUP|TABLE|LEAD|JOINER|JOINER_HOST|ROWS|WATERMARK|STORE|STARTED_BY)$/;
  const read = new Set<string>();
  for (const file of readdirSync(path.join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file)) continue;
    const source = readFileSync(path.join(projectRoot, 'src', file), 'utf8');
    for (const [name] of source.matchAll(/\bFORESYNC_[A-Z_]+\b/g)) if (!own.test(name)) read.add(name);
  }
  assert.ok(read.size > 6);
  for (const name of read) assert.match(stdout, new RegExp(`${name}\\b`));
  const told = stdout.slice(stdout.indexOf('EXIT CODES'));
  for (const code of [0, ...Object.values(exitCodes), 143]) assert.match(told, new RegExp(`\\b${code}\\b`));
  const { stdout: ofRun } = await runCli(['add-replica', '--help']);
  for (const said of ['keys', 'SIGTERM', 'SIGUSR1', '75']) assert.match(ofRun, new RegExp(said));
});

test('a FORESYNC_THEME that is neither light nor dark is told of', async () => {
  const { exitCode, stderr } = await runCli(['--version'], { env: { FORESYNC_THEME: 'pink' } });
  assert.deepEqual(
    [exitCode, stderr],
    [0, 'FORESYNC_THEME is neither light nor dark, but pink: it is not looked at.\n'],
  );
});

test('what is no command is refused with the one that was meant, however it is asked', async () => {
  const cases: [string[], string, RegExp][] = [
    [['analize', 'access.csv'], 'analize', /Did you mean "analyze"\?/],
    [['lpan'], 'lpan', /Did you mean "plan"\?/],
    [['analize', '--help'], 'analize', /Did you mean "analyze"\?/],
    [['help', 'add-replcia'], 'add-replcia', /Did you mean "add-replica"\?/],
    [['nothing-like-it'], 'nothing-like-it', /→ 'foresync --help' lists all\./],
  ];
  for (const [args, word, hint] of cases) {
    const { exitCode, stdout, stderr } = await runCli(args);
    assert.deepEqual([exitCode, stdout], [64, ''], stderr);
    assert.ok(stderr.includes(`There is no command "${word}".`), stderr);
    assert.match(stderr, hint);
  }
});

test('a flag and a value that were meant are named', async () => {
  const flag = await runCli(['plan', '--horizn', '6h']);
  assert.equal(flag.exitCode, 64);
  assert.match(flag.stderr, /There is no flag --horizn\.\n.*Did you mean --horizon\?/);
  const value = await runCli(['plan', '--model', 'arimaa']);
  assert.equal(value.exitCode, 64);
  assert.match(value.stderr, /'arimaa' is none of its values\.\n.*Did you mean arima\? Write one of auto,/);
});

test('flags that every command has are meant too, and a word of other letters is no slip', async () => {
  const meant: [string[], RegExp][] = [
    [['status', '--jso'], /no flag --jso\.\n.*Did you mean --json\?/],
    [['status', '--jsn'], /Did you mean --json\?/],
    [['status', '--hlep'], /Did you mean --help\?/],
    [['--nosuch'], /^✗ There is no flag --nosuch without a command\.\n.*'foresync --help'/],
    [['completion', 'tcsh'], /'tcsh' is none of its values\.\n {2}→ Write one of bash, zsh, fish\.\n$/],
  ];
  for (const [args, said] of meant) {
    const { exitCode, stderr } = await runCli(args);
    assert.equal(exitCode, 64, stderr);
    assert.match(stderr, said);
  }
});

test('what is missing comes with a line that can be typed', async () => {
  const missing: [string[], RegExp][] = [
    [
      ['add-replica'],
      /^✗ NAME is missing\.\n.*as in 'foresync add-replica eu-west --host ops@eu-west --store /,
    ],
    [
      ['add-replica', 'x', '--host', 'local'],
      /^✗ --store is missing\.\n.*'foresync add-replica eu-west --host/,
    ],
    [
      ['add-replica', 'x', '--plan'],
      /^✗ --plan needs a value\.\n {2}→ Write --plan FILE\. The Prefetch Plan\./,
    ],
    [['completion'], /^✗ SHELL is missing\.\n {2}→ Write one of bash, zsh, fish\.\n$/],
    [['plan', 'diff'], /^✗ A and B are missing\.\n.*'foresync plan diff plan\.jsonl edited\.jsonl'\.\n$/],
    [['plan', 'inspect', '--replace'], /^✗ --replace needs --out\.\n/],
  ];
  for (const [args, said] of missing) {
    const { exitCode, stderr } = await runCli(args);
    assert.equal(exitCode, 64, stderr);
    assert.match(stderr, said);
  }
});

test('a usage line names every flag once and for itself, and no sentence of a help stands there twice', async () => {
  for (const command of commands.filter((one) => one !== 'help')) {
    const { stdout } = await runCli([...command.split(' '), '--help']);
    const [, usage = ''] = /USAGE\n(.*?)\n\n/s.exec(stdout) ?? [];
    assert.doesNotMatch(usage, /\| \]|\[\[|\]\]| \| /, `${command}: ${usage}`);
    const { flags, summary } = manifest.commands[command.replaceAll(' ', ':')];
    for (const { name, helpGroup } of Object.values<{ name: string; helpGroup?: string }>(flags))
      if (helpGroup === undefined)
        assert.equal(
          usage.split(new RegExp(`--(?:\\[no-\\])?${name}\\b(?!-)`)).length,
          2,
          `${command} --${name}`,
        );
    assert.equal(stdout.replaceAll(/\s+/g, ' ').split(summary).length, 2, command);
  }
});

test('a command that has others below it stands in one list with them', async () => {
  const { stdout } = await runCli(['--help']);
  assert.doesNotMatch(stdout, /TOPICS/);
  assert.match(
    stdout,
    /\n {2}plan +Forecast.*\n(?: {5,}.*\n)* {2}plan diff .*\n(?: {5,}.*\n)* {2}plan inspect /,
  );
});
