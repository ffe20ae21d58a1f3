import { setTimeout as delay } from 'node:timers/promises';
import { AgentClient } from '../agent/client.ts';
import { ForesyncError } from '../errors.ts';
import { formatBytes, formatDuration } from '../format.ts';
import { type HostSpec, hostLabel } from '../group/host.ts';
import { type AgentHost, lockedHost } from '../transport/agent-host.ts';
import { type AgentChannel, connectAgent } from '../transport/connect.ts';
import { type Check, type CheckId, failure, ok, warning } from './check.ts';
import type { DoctorOptions } from './doctor-options.ts';

/** An agent at a host, and how the way there was. */
export interface Arrival {
  agent: AgentClient;
  checks: Check[];
}

/** Past this the way in is slow enough to be told of. */
const slowEntryMs = 5000;
/** What is brought may take so long for each of its files, whatever `timeoutMs` says. */
const bringingMs = 10 * 60_000;

/**
 * Connects as a run would, but asks nobody anything. Resolves with the one failed check where that cannot be done. Rejects when
 * the signal trips.
 */
export async function arrive(
  name: string,
  host: HostSpec,
  options: DoctorOptions,
): Promise<Arrival | { agent: undefined; checks: Check[] }> {
  const startMs = performance.now();
  const deadline = new Deadline(host, options.timeoutMs);
  let hasBrought = false;
  try {
    const channel = await connectAgent(host, {
      signal: AbortSignal.any([options.signal, deadline.signal]),
      interactive: false,
      onProgress: () => {
        hasBrought = true;
        deadline.extend(bringingMs);
      },
      ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
    });
    const entryMs = performance.now() - startMs;
    const agent = new AgentClient(name, channel, options.timeoutMs);
    const way = host.kind === 'local' ? [] : [entryCheck(entryMs, hasBrought)];
    return { agent, checks: [...way, ...machineChecks(host, channel)] };
  } catch (error) {
    options.signal.throwIfAborted();
    return { agent: undefined, checks: [failure(stepOf(error), error)] };
  } finally {
    deadline.end();
  }
}

function entryCheck(entryMs: number, hasBrought: boolean): Check {
  const brought = hasBrought ? ', with what was brought' : '';
  const text = `lets us in without a question, in ${formatDuration(entryMs)}${brought}`;
  if (hasBrought || entryMs < slowEntryMs) return ok('ssh', text);
  return warning('ssh', text, 'Look at UseDNS and GSSAPIAuthentication in its sshd_config.');
}

function machineChecks(host: HostSpec, { host: machine }: AgentChannel): Check[] {
  if (machine === lockedHost)
    return [ok('agent', 'an agent runs that a forced command starts; nothing is brought')];
  const { platform, arch, libc, glibcVersion, cacheFolder, freeBytes } = machine;
  const system = [platform, arch, libc, glibcVersion?.join('.')].filter((part) => part !== undefined);
  // This machine's agent is brought nowhere.
  const folder = cacheFolder === undefined ? '' : `, from ${cacheFolder}`;
  const free = cacheFolder === undefined || freeBytes === undefined ? '' : `, ${formatBytes(freeBytes)} free`;
  return [
    ok('system', system.join(' ')),
    ok('node', nodeText(host, machine)),
    ok('agent', `our agent runs${folder}${free}`),
  ];
}

function nodeText(host: HostSpec, { nodeVersion, nodeIsBrought, hostNodeVersion }: AgentHost): string {
  if (host.kind === 'local') return `Node ${nodeVersion}, as foresync itself`;
  if (!nodeIsBrought) return `Node ${nodeVersion}, its own`;
  const theirs = hostNodeVersion === undefined ? 'the host has none' : `the host has ${hostNodeVersion}`;
  return nodeVersion === undefined
    ? `the one of --runtime; ${theirs}`
    : `Node ${nodeVersion}, brought from here; ${theirs}`;
}

/** How far it came. */
function stepOf(error: unknown): CheckId {
  const code = error instanceof ForesyncError ? error.code : '';
  if (code === 'no-runtime') return 'node';
  return /^(host-|ssh-)/.test(code) ? 'ssh' : 'agent';
}

/** Trips after a time that can be made longer. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #host: HostSpec;
  #waiting = new AbortController();

  constructor(host: HostSpec, ms: number) {
    this.#host = host;
    this.extend(ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on. */
  extend(ms: number): void {
    this.end();
    this.#waiting = new AbortController();
    delay(ms, undefined, { signal: this.#waiting.signal }).then(
      () => this.#controller.abort(tooSlow(this.#host, ms)),
      () => undefined,
    );
  }

  end(): void {
    this.#waiting.abort();
  }
}

function tooSlow(host: HostSpec, ms: number): ForesyncError {
  const label = hostLabel(host);
  return new ForesyncError(
    'unreachable',
    'host-slow',
    `${label} gave no agent within ${formatDuration(ms)}.`,
    {
      hint: host.kind === 'local' ? 'Look at what keeps this machine busy.' : `Try it by hand: ssh ${label}`,
    },
  );
}
