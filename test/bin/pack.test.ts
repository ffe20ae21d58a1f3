import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot, runProgram } from '../support/cli.ts';

/** What a user has: the system's folders, in which npm and perhaps an old Node are, and not this project's. */
const userPath = '/usr/local/bin:/usr/bin:/bin';

test('packed, and installed globally into an empty prefix, it runs', async (context) => {
  const prefix = mkdtempSync(join(tmpdir(), 'foresync-prefix-'));
  context.after(() => rmSync(prefix, { recursive: true, force: true }));
  // Built before the tests, and not here, beside tests that run what is built.
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', prefix], {
    cwd: projectRoot,
  });
  const [tarball = ''] = readdirSync(prefix);
  const install = await runProgram(
    'npm',
    ['install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', join(prefix, tarball)],
    { env: { PATH: `${userPath}:${process.env.PATH}` }, timeoutMs: 300_000 },
  );
  assert.equal(install.exitCode, 0, install.stderr);

  const foresync = join(prefix, 'bin/foresync');
  const options = { cwd: prefix, env: { PATH: userPath } };
  const version = await runProgram(foresync, ['--version'], options);
  assert.match(version.stdout, /^foresync\/\d+\.\d+\.\d+ \S+ node-v24\.\S+\n$/);
  assert.equal(version.exitCode, 0);
  const help = await runProgram(foresync, ['--help'], options);
  assert.match(help.stdout, /\n {2}analyze /);
  assert.deepEqual([help.exitCode, help.stderr], [0, '']);
  // Every command can be loaded with what the package carries.
  const commands = readdirSync(join(projectRoot, 'src/commands')).map((file) => file.replace(/\.ts$/, ''));
  for (const command of commands) {
    const refused = await runProgram(foresync, [command, '--no-such-flag'], options);
    assert.deepEqual([refused.exitCode, refused.stdout], [64, ''], refused.stderr);
  }
});
