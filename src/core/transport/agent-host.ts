import { statfsSync } from 'node:fs';
import os from 'node:os';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';

export type Libc = 'glibc' | 'musl';

/** A machine as far as a program for it must fit. */
export interface Machine {
  /** As Node names it: `linux`, `darwin`; something else where foresync has no programs for it. */
  platform: string;
  /** As Node names it: `x64`, `arm64`; something else where foresync has no programs for it. */
  arch: string;
  /** undefined outside Linux, and where it could not be told. */
  libc: Libc | undefined;
  /** `[2, 36]`; undefined where it is not glibc or could not be told. */
  glibcVersion: readonly [number, number] | undefined;
}

/** What is known of the machine that an agent runs on. */
export interface AgentHost extends Machine {
  /** Of the Node that runs the agent, such as `v24.21.0`; undefined for a `--runtime` file. */
  nodeVersion: string | undefined;
  /** The Node that runs the agent came from here. */
  nodeIsBrought: boolean;
  /** Of the Node on the host's PATH; undefined without one. */
  hostNodeVersion: string | undefined;
  /** The host's folder for what foresync brings along; undefined for this machine, which needs none. */
  cacheFolder: string | undefined;
  /** Space in that folder, or in the folder of temporary files of this machine; undefined where it could not be told. */
  freeBytes: number | undefined;
}

/** A host before an agent runs there; `nodeVersion` is that of the Node on its PATH, undefined without one. */
export type ProbedHost = Omit<AgentHost, 'nodeIsBrought' | 'hostNodeVersion'> & { cacheFolder: string };

/** This machine, with the Node that runs this process. */
export function localHost(): AgentHost {
  const { bavail, bsize } = statfsSync(os.tmpdir());
  return {
    ...localMachine(),
    nodeVersion: process.version,
    nodeIsBrought: false,
    hostNodeVersion: process.version,
    cacheFolder: undefined,
    freeBytes: bavail * bsize,
  };
}

/** A host whose agent was started by a forced command: it was asked nothing, for nothing need fit it. */
export const lockedHost: AgentHost = {
  platform: 'unknown',
  arch: 'unknown',
  libc: undefined,
  glibcVersion: undefined,
  nodeVersion: undefined,
  nodeIsBrought: false,
  hostNodeVersion: undefined,
  cacheFolder: undefined,
  freeBytes: undefined,
};

/** Tells an agent that it does not give way to the host's other work: somebody waits for its answers. */
export const keepsPriority = '--keep-priority';

export function localMachine(): Machine {
  const glibc = process.platform === 'linux' ? localGlibc() : undefined;
  return {
    platform: process.platform,
    arch: process.arch,
    libc: process.platform !== 'linux' ? undefined : glibc ? 'glibc' : 'musl',
    glibcVersion: glibc ? versionPair(glibc) : undefined,
  };
}

function localGlibc(): string | undefined {
  // @types/node does not know this yet. Without it, the report asks the name server about every open connection.
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  report.excludeNetwork = true;
  return (report.getReport() as { header?: { glibcVersionRuntime?: string } }).header?.glibcVersionRuntime;
}

const platforms: Record<string, string> = { Linux: 'linux', Darwin: 'darwin' };
const arches: Record<string, string> = { x86_64: 'x64', amd64: 'x64', aarch64: 'arm64', arm64: 'arm64' };

/** Reads the bootstrap script's `probe` answer. Throws `protocol` where it is none. */
export function parseProbe(answer: string): ProbedHost {
  const fields = /^probe (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\/.*)$/.exec(answer);
  if (!fields)
    throw new ForesyncError(
      'protocol',
      'probe-invalid',
      `The host answered '${printable(answer)}' where it should describe itself.`,
    );
  const [system, machine, bits, libc, nodeVersion, nodeArch, freeKib, cacheFolder] = fields.slice(1) as Eight;
  const hasNode = /^v\d+\.\d+\.\d+/.test(nodeVersion);
  const [libcName, libcVersion = ''] = libc.split('-');
  return {
    platform: platforms[system] ?? system,
    // A kernel of 64 bits may carry a system of 32, and a Node may be of another kind than its kernel: Node knows best.
    arch: hasNode ? nodeArch : bits === '32' ? `${machine} (32 bits)` : (arches[machine] ?? machine),
    libc: libcName === 'glibc' || libcName === 'musl' ? libcName : undefined,
    glibcVersion: libcName === 'glibc' ? versionPair(libcVersion) : undefined,
    nodeVersion: hasNode ? nodeVersion : undefined,
    cacheFolder,
    freeBytes: /^\d+$/.test(freeKib) ? Number(freeKib) * 1024 : undefined,
  };
}

type Eight = [string, string, string, string, string, string, string, string];

function versionPair(text: string): readonly [number, number] | undefined {
  const parts = /^v?(\d+)\.(\d+)/.exec(text);
  return parts ? [Number(parts[1]), Number(parts[2])] : undefined;
}
