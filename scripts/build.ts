import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, globSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is started by its path: by bin/run.js, by oclif, and as threads. The place of each in dist is that in src. */
const programs = [
  'src/cli/{main,help,command-not-found}.ts',
  'src/commands/**/*.ts',
  'src/core/**/*-{thread,worker}.ts',
];

/** Have a binary, or are large and seldom needed, or are found by oclif by their names. */
const notBundled = ['better-sqlite3', 'arima', 'ink', 'react', '@clickhouse/client', '@oclif/plugin-help'];

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22.15',
  legalComments: 'inline',
  logLevel: 'warning',
} as const;

/** What bundled packages of the older kind know; in modules it is not there. */
const commonJsNames = `
import { createRequire as foresyncRequire } from 'node:module';
const require = foresyncRequire(import.meta.url);
const { filename: __filename, dirname: __dirname } = import.meta;
`;

/**
 * Bundles programs into `folder`, with what several of them need in files of its own: a command then opens a dozen files, where its sources and packages
 * are seven hundred, which took half of a short command's time. `entries` maps places in `folder`, without their extension, to sources.
 */
export async function bundlePrograms(folder: string, entries: Record<string, string>): Promise<void> {
  await build({
    ...common,
    entryPoints: entries,
    outdir: folder,
    splitting: true,
    format: 'esm',
    chunkNames: 'shared/[name]-[hash]',
    external: notBundled,
    banner: { js: commonJsNames },
  });
}

/** The programs of the product, as `bundlePrograms` takes them. */
export function ownPrograms(): Record<string, string> {
  const sources = programs.flatMap((pattern) => globSync(pattern, { cwd: root }));
  return Object.fromEntries(
    sources.map((source) => [source.replace(/^src\//, '').replace(/\.ts$/, ''), join(root, source)]),
  );
}

/**
 * Bundles what is in src to `folder/dist`, the agent into one file, and lets oclif write `folder/oclif.manifest.json`.
 * `folder` lies inside the project, so that packages are found. Types are not looked at.
 */
export async function buildInto(folder: string): Promise<void> {
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  await bundlePrograms(join(folder, 'dist'), ownPrograms());
  await build({
    ...common,
    entryPoints: ['src/core/agent/main.ts'],
    outfile: join(folder, 'dist/agent.cjs'),
    format: 'cjs',
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
