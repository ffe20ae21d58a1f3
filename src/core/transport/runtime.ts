import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import { localMachine, type Machine, type ProbedHost } from './agent-host.ts';

/** Which Node runs the agent: the host's own, or a program of this machine that is brought along. */
export type Runtime = { kind: 'theirs' } | { kind: 'brought'; file: string; version: string | undefined };

/** This process's own Node, as something that could run elsewhere. */
export interface OwnRuntime {
  file: string;
  version: string;
  machine: Machine;
  /** False where it needs libraries of this machine, as the Node of some distributions does. */
  selfContained: boolean;
}

/** The oldest glibc that nodejs.org's Node 22 and 24 run on. */
const oldestGlibc = [2, 28] as const;

export function ownRuntime(): OwnRuntime {
  const { variables } = process.config as { variables: Record<string, unknown> };
  const shared = Object.entries(variables).some(
    ([name, value]) => name.startsWith('node_shared') && value === true,
  );
  return {
    file: process.execPath,
    version: process.version,
    machine: localMachine(),
    selfContained: !shared,
  };
}

/**
 * Chooses the host's own Node where it is new enough, else ours where it fits, else `runtimeFile`. Throws kind
 * `unreachable`, code `no-runtime`, which says what is missing.
 */
export function chooseRuntime(
  host: ProbedHost,
  own: OwnRuntime,
  runtimeFile: string | undefined,
  label: string,
): Runtime {
  if (host.nodeVersion && runsAgent(host.nodeVersion)) return { kind: 'theirs' };
  const obstacle = obstacleToOurs(host, own);
  if (!obstacle) return { kind: 'brought', file: own.file, version: own.version };
  if (runtimeFile !== undefined) return { kind: 'brought', file: runtimeFile, version: undefined };
  const theirs = host.nodeVersion ? `only Node ${printable(host.nodeVersion, 20)}` : 'no Node';
  throw new ForesyncError(
    'unreachable',
    'no-runtime',
    `${label} has ${theirs}, and ours does not run there: ${obstacle}.`,
    {
      hint: 'Install Node 22.15 or newer there, or give a node program for that system with --runtime FILE.',
    },
  );
}

/** Node 22.15 or newer; 23.0 to 23.7 lack zstd, which came to 22 later. */
export function runsAgent(nodeVersion: string): boolean {
  const [, major = 0, minor = 0] = (/^v(\d+)\.(\d+)/.exec(nodeVersion) ?? []).map(Number);
  if (major === 22) return minor >= 15;
  if (major === 23) return minor >= 8;
  return major > 23;
}

/** The name of better-sqlite3's binary for a machine. */
export function addonName(machine: Machine): string {
  return `${machine.platform}${machine.libc === 'musl' ? 'musl' : ''}-${machine.arch}.node`;
}

function obstacleToOurs(host: ProbedHost, own: OwnRuntime): string | undefined {
  const [theirs, ours] = [describe(host), describe(own.machine)];
  if (theirs !== ours) return `it is for ${ours}, the host is ${printable(theirs, 60)}`;
  if (!own.selfContained) return 'it needs libraries of this machine';
  const [major, minor] = host.glibcVersion ?? oldestGlibc;
  if (major < oldestGlibc[0] || (major === oldestGlibc[0] && minor < oldestGlibc[1])) {
    return `it needs glibc ${oldestGlibc.join('.')}, the host has ${major}.${minor}`;
  }
  return undefined;
}

function describe({ platform, arch, libc }: Machine): string {
  return `${platform} ${arch}${libc ? ` with ${libc}` : ''}`;
}
