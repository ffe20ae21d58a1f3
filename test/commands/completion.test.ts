import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { bashScript } from '../../src/cli/completion/bash.ts';
import { fishScript } from '../../src/cli/completion/fish.ts';
import { completedCommands } from '../../src/cli/completion/words.ts';
import { zshScript } from '../../src/cli/completion/zsh.ts';
import { runCli, runProgram } from '../support/cli.ts';
import { findProgram } from '../support/sshd-path.ts';
import { type TestContext, temporaryFolder } from '../support/tables.ts';

const scripts: Record<string, string> = {};

before(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { exitCode, stdout, stderr } = await runCli(['completion', shell]);
    assert.deepEqual([exitCode, stderr], [0, '']);
    scripts[shell] = stdout;
  }
});

/** A folder with the script and something to complete. */
function folderFor(t: TestContext, shell: string): string {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'script'), scripts[shell] ?? '');
  writeFileSync(path.join(folder, 'my plan.jsonl'), '');
  mkdirSync(path.join(folder, 'logs'));
  return folder;
}

function needs(shell: string): { skip: string | false } {
  return { skip: findProgram(shell) ? false : `this machine has no ${shell}` };
}

/** What is proposed for the last of the words. */
type Proposals = (...words: string[]) => Promise<string[]>;

async function checkProposals(proposed: Proposals): Promise<void> {
  const commands = await proposed('');
  for (const command of ['analyze', 'plan', 'add-replica', 'init', 'help'])
    assert.ok(commands.includes(command), command);
  assert.deepEqual(await proposed('add'), ['add-replica']);
  const flags = await proposed('plan', '--');
  for (const flag of ['--horizon', '--model', '--json', '--help']) assert.ok(flags.includes(flag), flag);
  assert.ok(!flags.includes('--columns'));
  assert.deepEqual((await proposed('plan', '--budget')).toSorted(), ['--budget-bytes', '--budget-keys']);
  assert.deepEqual(await proposed('plan', '--model', 'lea'), ['learned']);
  assert.deepEqual((await proposed('completion', '')).toSorted(), ['bash', 'fish', 'zsh']);
  assert.deepEqual(await proposed('help', 'ana'), ['analyze']);
  assert.deepEqual((await proposed('throttle', '')).toSorted(), ['off', 'pause', 'resume']);
  // Runs and names are known to no script, and are no files.
  assert.deepEqual(await proposed('resume', ''), []);
  assert.deepEqual(await proposed('plan', '--horizon', ''), []);
  assert.deepEqual(await proposed('prefetch', '--plan', 'my'), ['my plan.jsonl']);
  assert.deepEqual(
    (await proposed('analyze', 'lo')).map((name) => name.replace(/\/$/, '')),
    ['logs'],
  );
}

/** What bash proposes after the script in a folder was sourced. */
function bashProposals(cwd: string): Proposals {
  return async (...words) => {
    const program = `source ./script; COMP_WORDS=(foresync "$@"); COMP_CWORD=$#; _foresync
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await runProgram('bash', ['--norc', '-c', program, 'bash', ...words], { cwd });
    assert.equal(stderr, '');
    return stdout.split('\n').filter((line) => line !== '');
  };
}

test('bash completes commands, flags, values and files', needs('bash'), async (t) => {
  const cwd = folderFor(t, 'bash');
  const proposed = bashProposals(cwd);
  await checkProposals(proposed);
  // bash has the = of --flag=value as a word of its own.
  assert.deepEqual(await proposed('plan', '--model', '=', 'lea'), ['learned']);
  assert.ok((await proposed('plan', '--model', '=')).includes('arima'));
});

test('fish completes commands, flags, values and files', needs('fish'), async (t) => {
  const cwd = folderFor(t, 'fish');
  await checkProposals(async (...words) => {
    const line = `foresync ${words.join(' ')}`;
    const env = { HOME: cwd, XDG_CONFIG_HOME: undefined };
    const args = ['--no-config', '-c', 'source ./script; complete -C "$argv[1]"', line];
    const { stdout, stderr } = await runProgram('fish', args, { cwd, env });
    assert.equal(stderr, '');
    const found = stdout.split('\n').filter((one) => one !== '');
    // A description follows a tab; a name with a space comes as it is.
    return [...new Set(found.map((one) => one.split('\t')[0] ?? ''))];
  });
});

/** An interactive zsh at a terminal of its own. */
function startZsh(t: TestContext, cwd: string) {
  const child = spawn('script', ['-qefc', 'zsh -f -i', '/dev/null'], {
    cwd,
    env: { ...process.env, TERM: 'dumb', HOME: cwd },
  });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    child.emit('said');
  });
  return {
    type: (text: string) => child.stdin.write(text),
    says: (pattern: RegExp) =>
      new Promise<string>((resolve) => {
        const look = () => {
          const found = pattern.exec(output);
          if (!found) return;
          child.off('said', look);
          output = output.slice(found.index + found[0].length);
          resolve(found[0]);
        };
        child.on('said', look);
        look();
      }),
  };
}

test('zsh completes commands, flags, values and files as they are typed', needs('zsh'), async (t) => {
  const cwd = folderFor(t, 'zsh');
  const zsh = startZsh(t, cwd);
  await zsh.says(/[#%] /);
  // npm names vi as the editor, and zsh would take vi's keys then.
  const setUp = 'bindkey -e && autoload -Uz compinit && compinit -D -u && source ./script';
  zsh.type(`${setUp} && PS1="rea""dy> "\r`);
  await zsh.says(/ready> /);
  const typed: [string, string][] = [
    ['foresync thr\t', 'foresync throttle'],
    ['foresync plan --budget-k\t', 'foresync plan --budget-keys='],
    ['foresync plan --model lea\t', 'foresync plan --model learned'],
    ['foresync plan --model=lea\t', 'foresync plan --model=learned'],
    ['foresync completion f\t', 'foresync completion fish'],
    ['foresync throttle pa\t', 'foresync throttle pause'],
    ['foresync resume lo\t', 'foresync resume lo'],
    ['foresync help ana\t', 'foresync help analyze'],
    ['foresync prefetch --plan my\t', 'foresync prefetch --plan my\\ plan.jsonl'],
    ['foresync analyze lo\t', 'foresync analyze logs/'],
  ];
  for (const [keys, line] of typed) {
    // ctrl-A puts the whole line behind a command that prints it as it stands.
    zsh.type(`${keys}'\u0001print -r -- 'is:\r`);
    const said = await zsh.says(/\nis:.*\r?\n/);
    assert.equal(said.trim(), `is:${line}`);
    await zsh.says(/ready> /);
  }
});

test('another shell is refused, with those there are', async () => {
  const { exitCode, stderr } = await runCli(['completion', 'bsh']);
  assert.equal(exitCode, 64);
  assert.match(stderr, /'bsh' is none of its values\.\n.*Did you mean bash\?/);
});

test(
  'a command below another is completed after it, beside what that one takes',
  needs('bash'),
  async (t) => {
    const cwd = temporaryFolder(t);
    const flag = { name: 'sort', type: 'option', options: ['key', 'reads'], description: 'By what.' };
    const nested = completedCommands([
      { id: 'plan', summary: 'Plan.', flags: {}, args: {} },
      { id: 'plan:inspect', summary: 'Look.', flags: { sort: flag }, args: { file: {} } },
      { id: 'plan:diff', summary: "What's new.", flags: {}, args: {} },
    ]);
    writeFileSync(path.join(cwd, 'script'), bashScript('foresync', nested));
    const proposed = bashProposals(cwd);
    assert.deepEqual(await proposed(''), ['plan']);
    assert.deepEqual(await proposed('plan', ''), ['diff', 'inspect', '--help']);
    assert.deepEqual(await proposed('plan', 'inspect', '--s'), ['--sort']);
    assert.deepEqual(await proposed('plan', 'inspect', '--sort', ''), ['key', 'reads']);
    assert.deepEqual(await proposed('plan', 'diff', ''), ['--help']);
    for (const script of [zshScript, fishScript]) assert.match(script('foresync', nested), /plan inspect/);
  },
);
