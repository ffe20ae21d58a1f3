import type { AgentClient } from '../../agent/client.ts';
import type { Params } from '../../agent/protocol.ts';
import type { Wait } from '../../clock.ts';
import { ForesyncError, messageOf } from '../../errors.ts';
import type { ReplicaGroup } from '../../group/config.ts';
import { hostLabel } from '../../group/host.ts';
import type { Agents } from '../connect.ts';
import type { Emit } from '../events.ts';
import type { Copy } from './begin-copy.ts';

/** A replica beside the lead that may have rows to give. */
export interface Standby {
  name: string;
  /** As `foresync.yaml` writes hosts. */
  host: string;
  url: string;
  agent: Promise<AgentClient>;
}

export type LeadMark = Omit<Params<'pg.standby.open'>, 'url'>;

/** For how long a host may not be there yet when the first row could be read. */
const connectMs = 10_000;
/** For how long a standby may be behind the slot before it is gone on without. */
const behindMs = 5000;
const pollMs = 50;
/** For how long a server may be silent. */
const withinMs = 10_000;

/** Connects to all replicas that are no leaders, without waiting for any. */
export function connectStandbys({ lead, otherLeaders, replicas }: ReplicaGroup, agents: Agents): Standby[] {
  const leaders = new Set([lead, ...otherLeaders].map(({ name }) => name));
  const others = [...replicas.values()].filter(({ name }) => !leaders.has(name));
  return others.map(({ name, host, store }) => {
    const agent = agents.connect(name, host);
    agent.catch(() => undefined);
    return { name, host: hostLabel(host), url: store.path, agent };
  });
}

/** What a standby must have of the lead before rows of it may be read. Rows must not be older than what may have been applied, which is no more than there is of the stream. */
export async function markOf(
  { lead, table, drain }: Pick<Copy, 'lead' | 'table' | 'drain'>,
  id: string,
): Promise<LeadMark> {
  const { result } = await lead.call('pg.capture.publication', { id });
  const { systemId, definition, rowBytes } = table;
  return { id, systemId, definition, rowBytes, from: drain.spooledTo, publication: result.publication };
}

interface Waiting {
  emit: Emit;
  wait: Wait;
  signal: AbortSignal;
  /** No row is left to give. */
  unneeded: () => boolean;
}

/**
 * Waits until a standby has replayed all that was committed before the slot, which the rows that it gives rest on. Undefined where it gives none; that is told.
 */
export async function openStandby(
  { name, host, url, agent: connecting }: Standby,
  mark: LeadMark,
  waiting: Waiting,
): Promise<AgentClient | undefined> {
  const { emit, signal } = waiting;
  emit({ type: 'donor', donor: name, host, state: 'connecting' });
  try {
    const connected = connecting.then((agent) => ({ agent }));
    const found = await polled(waiting, connectMs, () => Promise.race([connected, undefined]));
    if (found === 'late') throw late(connectMs, 'its host is not connected');
    if (found !== 'unneeded') {
      const { agent } = found;
      await agent.call('pg.standby.open', { ...mark, url });
      const replayed = await polled(waiting, behindMs, async () => {
        const { result } = await agent.call('pg.standby.replayed', { withinMs });
        return result.replayed || undefined;
      });
      if (replayed === 'late') throw late(behindMs, "it has not replayed what was before the run's slot");
      if (replayed !== 'unneeded') {
        emit({ type: 'donor', donor: name, state: 'ready' });
        return agent;
      }
    }
    emit({ type: 'donor', donor: name, state: 'done' });
  } catch (error) {
    signal.throwIfAborted();
    emit({ type: 'donor', donor: name, state: 'lost' });
    const text = `${name} gives no rows: ${whyOf(name, error)} The others give them.`;
    emit({ type: 'note', level: 'warning', text });
  }
  void connecting.then((agent) => agent.close()).catch(() => undefined);
  return undefined;
}

/** Looks again and again, until something is there. */
async function polled<T>(
  { wait, signal, unneeded }: Waiting,
  mostMs: number,
  look: () => Promise<T | undefined>,
): Promise<T | 'late' | 'unneeded'> {
  for (let waitedMs = 0; !unneeded(); waitedMs += pollMs) {
    const found = await look();
    if (found !== undefined) return found;
    if (waitedMs >= mostMs) return 'late';
    await wait(pollMs, signal);
    signal.throwIfAborted();
  }
  return 'unneeded';
}

/** Reads rows of keys; the packed keys are the part. */
export function readAtStandby(agent: AgentClient, maxBytes: number, keys: Buffer) {
  return agent.call('pg.standby.read', { maxBytes, withinMs }, [keys]);
}

/** Replaying changes ended the statement, or the connection: the same may be asked for once more. */
export function wasCancelled(error: unknown): boolean {
  return (
    error instanceof ForesyncError && ['postgres-40001', 'postgres-57014', 'server-lost'].includes(error.code)
  );
}

/** What an agent says begins with its name. */
export function whyOf(name: string, error: unknown): string {
  const said = messageOf(error);
  return said.startsWith(`${name}: `) ? said.slice(name.length + 2) : said;
}

function late(afterMs: number, what: string): ForesyncError {
  return new ForesyncError('unreachable', 'standby-late', `After ${afterMs / 1000} s ${what}.`);
}
