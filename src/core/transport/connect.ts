import type { Readable, Writable } from 'node:stream';
import { ForesyncError } from '../errors.ts';
import { formatBytes } from '../format.ts';
import { type HostSpec, hostLabel } from '../group/host.ts';
import {
  type AgentHost,
  keepsPriority,
  localHost,
  localMachine,
  lockedHost,
  type ProbedHost,
} from './agent-host.ts';
import { AgentProcess, defaultSpawn, type ProcessEnd, type Spawn } from './agent-process.ts';
import { addonFile, agentFile, type Cargo, describeCargo } from './cargo.ts';
import { agreeOnVersion, isAgentMagic, readLine } from './handshake.ts';
import { mayAsk } from './may-ask.ts';
import { memoryTunables } from './memory-tunables.ts';
import { type Load, RemoteShell } from './remote-shell.ts';
import { chooseRuntime, ownRuntime } from './runtime.ts';
import { sshCommand } from './ssh-command.ts';
import { agentFailure, connectFailure } from './ssh-failure.ts';

/** A running agent: bytes to its standard input and from its standard output, which starts after its first line. */
export interface AgentChannel {
  readonly host: AgentHost;
  readonly input: Writable;
  readonly output: Readable;
  /** How the agent, or the ssh to it, ended; 255 is ssh's own failure, such as a lost connection. Never rejects. */
  readonly exited: Promise<ProcessEnd>;
  /** The last 8 KiB of the agent's standard error so far; text from outside. */
  stderrTail(): string;
  /** Waits for the end, and says why it came as an error fit for the operator. Call it when the stream was cut. */
  whyEnded(): Promise<ForesyncError>;
  /** Ends the agent's input and waits for its end; after five seconds it is killed. May be called again. */
  close(): Promise<void>;
  /** Ends it at once, without a word to the agent: for one that does not listen any longer. */
  kill(): void;
}

export interface ConnectOptions {
  /**
   * Ends the agent at once, while connecting and later: the promise rejects with its reason, the channel is cut. For
   * an orderly stop use `close`, and give a signal that ctrl-C does not trip.
   */
  signal: AbortSignal;
  /** Told of every piece that arrives or leaves while it connects, and of the beginning where nobody can be asked anything. */
  onMove?: () => void;
  /** Told in a few words what takes long. */
  onProgress?: (text: string) => void;
  /** A node program for hosts where neither their own nor ours runs (`--runtime`). */
  runtime?: string;
  /** The agent's bundle; dist/agent.cjs unless a test has another. */
  agent?: string;
  env?: NodeJS.ProcessEnv;
  /** Whether the agent leaves the host's processors to others first; true unless said otherwise. */
  givesWay?: boolean;
  /** Whether ssh may ask a person; unless said otherwise, as `mayAsk` says. */
  interactive?: boolean;
  spawn?: Spawn;
}

/**
 * Starts an agent at a host and resolves once it has answered. Over ssh one connection probes the host, brings what
 * is missing there, and becomes the agent; where a forced command gives an agent at once, that one is used and nothing
 * is brought. Connecting again is harmless: what is there already is not sent again.
 *
 * Throws `unreachable` (`host-unreachable`, `host-key`, `host-no-shell`, `ssh-missing`, `no-runtime`), `permission`
 * (`ssh-denied`, `no-cache-folder`), `io` (`no-space`, `upload-failed`, `cargo-unreadable`) or `protocol`
 * (`agent-failed`, `no-handshake`, `version-mismatch`, …); after any of them nothing of it runs any more.
 */
export async function connectAgent(host: HostSpec, options: ConnectOptions): Promise<AgentChannel> {
  options.signal.throwIfAborted();
  const env = options.env ?? process.env;
  // A person who is asked for a password may take any time.
  if (host.kind === 'local' || !(options.interactive ?? mayAsk(env))) options.onMove?.();
  return host.kind === 'local' ? connectLocal(options) : connectSsh(host, options);
}

function connectLocal(options: ConnectOptions): Promise<AgentChannel> {
  const args = [options.agent ?? agentFile(), '--addon', addonFile(localMachine()), ...optionOf(options)];
  const describeEnd = (end: ProcessEnd) => agentFailure('local', end);
  return start({ program: process.execPath, args, ownSession: true, describeEnd }, options, async (agent) => {
    const line = await readLine(agent.output, isAgentMagic, options.signal, options.onMove);
    if (line === undefined) throw describeEnd(await agent.exited);
    agreeOnVersion(line, 'local');
    return localHost();
  });
}

function connectSsh(host: HostSpec & { kind: 'ssh' }, options: ConnectOptions): Promise<AgentChannel> {
  const env = options.env ?? process.env;
  const command = sshCommand(host.destination, {
    env,
    interactive: options.interactive ?? mayAsk(env),
  });
  const label = hostLabel(host);
  const describeEnd = (end: ProcessEnd) => connectFailure(label, end, true);
  return start({ ...command, ownSession: false, describeEnd }, options, async (agent) => {
    const shell = new RemoteShell(agent, {
      host: label,
      signal: options.signal,
      onMove: options.onMove ?? (() => undefined),
    });
    const probed = await shell.probe(env.FORESYNC_SSH ?? 'ssh');
    if (probed === 'locked') return lockedHost;
    const { load, nodeVersion } = await chooseLoad(probed, label, options);
    const [option] = optionOf(options);
    const missing = await shell.run(load, option);
    if (missing) {
      await bring(missing, { load, shell, probed, label, options });
      const stillMissing = await shell.run(load, option);
      if (stillMissing)
        throw new ForesyncError(
          'io',
          'upload-failed',
          `${label} lost ${stillMissing.join(' and ')} after it was stored.`,
        );
    }
    const nodeIsBrought = load.node !== undefined;
    return { ...probed, nodeVersion, nodeIsBrought, hostNodeVersion: probed.nodeVersion };
  });
}

function optionOf({ givesWay = true }: ConnectOptions): string[] {
  return givesWay ? [] : [keepsPriority];
}

/** Starts a program, has `greet` bring it to the agent's first line, and leaves nothing running where that fails. */
async function start(
  command: {
    program: string;
    args: string[];
    ownSession: boolean;
    describeEnd: (end: ProcessEnd) => ForesyncError;
  },
  options: ConnectOptions,
  greet: (agent: AgentProcess) => Promise<AgentHost>,
): Promise<AgentChannel> {
  const spawn = options.spawn ?? (await defaultSpawn());
  const given = options.env ?? process.env;
  // What comes later counts.
  const tunables = given.GLIBC_TUNABLES ? `${given.GLIBC_TUNABLES}:${memoryTunables}` : memoryTunables;
  const env = { ...given, GLIBC_TUNABLES: tunables };
  const agent = new AgentProcess(
    spawn(command.program, command.args, { env, ownSession: command.ownSession }),
  );
  const kill = () => agent.kill();
  options.signal.addEventListener('abort', kill);
  agent.exited.finally(() => options.signal.removeEventListener('abort', kill));
  try {
    const host = await greet(agent);
    return {
      host,
      input: agent.input,
      output: agent.output,
      exited: agent.exited,
      stderrTail: () => agent.stderrTail(),
      whyEnded: async () => command.describeEnd(await agent.exited),
      close: () => agent.close(),
      kill: () => agent.kill('SIGKILL'),
    };
  } catch (error) {
    agent.kill();
    await agent.close();
    // That it ended is then no news.
    options.signal.throwIfAborted();
    throw error;
  }
}

async function chooseLoad(
  probed: ProbedHost,
  label: string,
  options: ConnectOptions,
): Promise<{ load: Load; nodeVersion: string | undefined }> {
  const runtime = chooseRuntime(probed, ownRuntime(), options.runtime, label);
  const [node, agent, addon] = await Promise.all([
    runtime.kind === 'brought' ? describeCargo('node', runtime.file, runtime.version) : undefined,
    describeCargo('agent', options.agent ?? agentFile()),
    describeCargo('addon', addonFile(probed)),
  ]);
  return {
    load: { node, agent, addon },
    nodeVersion: runtime.kind === 'theirs' ? probed.nodeVersion : runtime.version,
  };
}

async function bring(
  names: string[],
  {
    load,
    shell,
    probed,
    label,
    options,
  }: { load: Load; shell: RemoteShell; probed: ProbedHost; label: string; options: ConnectOptions },
): Promise<void> {
  const wanted = [load.agent, load.addon, ...(load.node ? [load.node] : [])].filter(({ name }) =>
    names.includes(name),
  );
  requireSpace(wanted, probed, label);
  for (const cargo of wanted) {
    const what = cargo === load.node ? 'Node' : cargo === load.agent ? 'the agent' : 'SQLite';
    options.onProgress?.(`bringing ${what} to ${label} (${formatBytes(cargo.sizeBytes)} before compression)`);
    await shell.put(cargo);
  }
}

function requireSpace(wanted: Cargo[], probed: ProbedHost, label: string): void {
  const neededBytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (probed.freeBytes === undefined || probed.freeBytes >= neededBytes) return;
  throw new ForesyncError(
    'io',
    'no-space',
    `${label} has ${formatBytes(probed.freeBytes)} free in ${probed.cacheFolder}; foresync's programs need ${formatBytes(neededBytes)}.`,
    { hint: 'Make room there, or set XDG_CACHE_HOME for that login to a folder with more.' },
  );
}
