import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ForesyncError, refusalOf } from '../errors.ts';
import { packageRoot } from '../own-files.ts';
import { release } from '../release.ts';
import { printable } from '../text.ts';
import type { Machine } from './agent-host.ts';
import { addonName } from './runtime.ts';

/** A file of this machine that an agent's host needs. */
export interface Cargo {
  file: string;
  /** Its name in the host's cache folder, by content or, of a Node, by version and size: what is there is not sent again. */
  name: string;
  sizeBytes: number;
  /** Undefined until somebody needs it: of a Node it takes half a second. */
  sha256: string | undefined;
}

const sliceBytes = 8 << 20;

/** The agent as one file. Found from the package's root, because this code runs from src and from dist. */
export function agentFile(): string {
  const file = path.join(packageRoot(), 'dist', 'agent.cjs');
  if (existsSync(file)) return file;
  throw new ForesyncError('defect', 'agent-missing', `There is no ${printable(file)}.`, {
    hint: 'Build it with: npm run build',
  });
}

/** better-sqlite3's binary for a machine. Throws `no-runtime` where there is none for its kind. */
export function addonFile(machine: Machine): string {
  const library = path.dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
  const name = addonName(machine);
  const file = path.join(library, 'prebuilds', name);
  // A name with a slash could come from a host's answer and lead elsewhere.
  if (/^[a-z0-9-]+\.node$/.test(name) && existsSync(file)) return file;
  throw new ForesyncError(
    'unreachable',
    'no-runtime',
    `There is no SQLite program for ${printable(name.slice(0, -'.node'.length), 60)}.`,
    {
      hint: 'Agents run on Linux and macOS, x64 and arm64.',
    },
  );
}

const described = new Map<string, Promise<Cargo>>();

/**
 * Describes a file under the name KIND-SHA.SUFFIX, or KIND-VERSION-SIZE where its version is known, which spares reading it.
 * Read once a process, so it must not change meanwhile.
 */
export function describeCargo(
  kind: 'agent' | 'addon' | 'node',
  file: string,
  version?: string,
): Promise<Cargo> {
  const key = `${kind}:${file}`;
  const known =
    described.get(key) ?? (version === undefined ? byContent(kind, file) : byVersion(kind, file, version));
  described.set(key, known);
  known.catch(() => described.delete(key));
  return known;
}

async function byVersion(kind: string, file: string, version: string): Promise<Cargo> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  return { file, name: `${kind}-${version}-${size}`, sizeBytes: size, sha256: undefined };
}

async function byContent(kind: 'agent' | 'addon' | 'node', file: string): Promise<Cargo> {
  const { sizeBytes, sha256 } = await hashFile(file);
  const suffix = { agent: '.cjs', addon: '.node', node: '' }[kind];
  return { file, name: `${kind}-${sha256.slice(0, 16)}${suffix}`, sizeBytes, sha256 };
}

/** SHA-256 of what is sent, for the host to compare. */
export async function sha256Of(cargo: Cargo): Promise<string> {
  return cargo.sha256 ?? (await hashFile(cargo.file)).sha256;
}

async function hashFile(file: string): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const slice of slicesOf(file)) {
    hash.update(slice);
    sizeBytes += slice.length;
    release([slice]);
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

const packing = new Map<string, { users: number; packed: Promise<Buffer[]> }>();

/** Hands the file as gzip to `send`; hosts that need it at the same time share one copy, which is dropped after the last. */
export async function withPacked<T>(cargo: Cargo, send: (packed: Buffer[]) => Promise<T>): Promise<T> {
  const shared = packing.get(cargo.file) ?? { users: 0, packed: pack(cargo.file) };
  packing.set(cargo.file, shared);
  shared.users += 1;
  try {
    return await send(await shared.packed);
  } finally {
    shared.users -= 1;
    if (shared.users === 0) packing.delete(cargo.file);
  }
}

/** Slices packed side by side in the thread pool; gzip files may be laid end to end (RFC 1952, section 2.2). */
async function pack(file: string): Promise<Buffer[]> {
  const packed: Promise<Buffer>[] = [];
  for await (const slice of slicesOf(file)) packed.push(promisify(gzip)(slice, { level: 3 }));
  return Promise.all(packed);
}

async function* slicesOf(file: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    await using handle = await open(file);
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(sliceBytes), 0, sliceBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): ForesyncError {
  return new ForesyncError('io', 'cargo-unreadable', `Cannot read ${printable(file)}: ${refusalOf(cause)}.`, {
    cause,
  });
}
