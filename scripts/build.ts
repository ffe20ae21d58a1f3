import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Compiles src to `folder/dist`, bundles the agent into one file, and lets oclif write `folder/oclif.manifest.json`.
 * `folder` lies inside the project, so that packages are found.
 */
export async function buildInto(folder: string): Promise<void> {
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  tool('typescript/bin/tsc', ['-p', root, '--outDir', join(folder, 'dist')], root, process.stderr);
  await build({
    absWorkingDir: root,
    entryPoints: ['src/core/agent/main.ts'],
    outfile: join(folder, 'dist/agent.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node22.15',
    format: 'cjs',
    legalComments: 'inline',
    logLevel: 'warning',
  });
  // The manifest command works on, and first deletes, the manifest of its working directory.
  tool('oclif/bin/run.js', ['manifest'], folder, 'ignore');
}

/** By path and with this very Node: what PATH calls node may be too old. */
function tool(script: string, args: string[], cwd: string, stdout: 'ignore' | NodeJS.WriteStream): void {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd,
    stdio: ['ignore', stdout, 'inherit'],
  });
  if (status !== 0) throw new Error(`${script} ${args[0]} failed`);
}

/**
 * Builds beside dist and puts the result in place by rename, so that a build that fails leaves the old one, and a
 * program that starts meanwhile finds a whole one.
 */
async function buildInPlace(): Promise<void> {
  const staging = mkdtempSync(join(root, '.build-'));
  try {
    await buildInto(staging);
    if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), join(staging, 'old'));
    renameSync(join(staging, 'dist'), join(root, 'dist'));
    renameSync(join(staging, 'oclif.manifest.json'), join(root, 'oclif.manifest.json'));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  await buildInPlace().catch((error: Error) => {
    process.exitCode = 1;
    console.error(`Not built: ${error.message}`);
  });
}
