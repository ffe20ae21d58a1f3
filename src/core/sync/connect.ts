import { AgentClient, stalled } from '../agent/client.ts';
import { ForesyncError, messageOf } from '../errors.ts';
import { type HostSpec, hostLabel } from '../group/host.ts';
import { connectAgent } from '../transport/connect.ts';
import { onlySqlite } from './engines.ts';
import type { Emit } from './events.ts';
import { whyUnfit } from './fit-to-give.ts';
import type { Donor, RunOptions } from './run.ts';
import { orFolder } from './store-is-folder.ts';

/** All agents of a run, so that they can be closed together. */
export class Agents {
  readonly #options: RunOptions;
  readonly #emit: Emit;
  readonly #clients: AgentClient[] = [];
  readonly #connecting = new Set<Promise<AgentClient>>();
  readonly #closing = new AbortController();
  #kept: AgentClient | undefined;

  /** `kept` was connected before, by others that have closed without it. */
  constructor(options: RunOptions, emit: Emit, kept?: AgentClient) {
    this.#options = options;
    this.#emit = emit;
    this.#kept = kept;
    if (kept) this.#clients.push(kept);
  }

  /** `givesWay`: whether the agent leaves its host's processors to others first. */
  async connect(name: string, host: HostSpec, { givesWay = true } = {}): Promise<AgentClient> {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept?.name === name && !kept.isLost) return kept;
    const connecting = this.#connect(name, host, givesWay);
    this.#connecting.add(connecting);
    return connecting.finally(() => this.#connecting.delete(connecting));
  }

  async #connect(name: string, host: HostSpec, givesWay: boolean): Promise<AgentClient> {
    const { runtime, signal, stallTimeoutMs } = this.#options;
    // Stopping and closing cut a connection that is being made; an agent that works is ended by `close`, in order.
    const cut = new AbortController();
    const signals = [signal, this.#closing.signal];
    const stop = () => cut.abort(signals.find(({ aborted }) => aborted)?.reason);
    for (const one of signals) {
      one.throwIfAborted();
      one.addEventListener('abort', stop, { once: true });
    }
    // Until the first word has come ssh sees to the connection, and may ask a person.
    let silence: NodeJS.Timeout | undefined;
    const onMove = () => {
      clearTimeout(silence);
      silence = setTimeout(() => cut.abort(stalled(name, stallTimeoutMs)), stallTimeoutMs);
    };
    const channel = await connectAgent(host, {
      signal: cut.signal,
      onMove,
      givesWay,
      onProgress: (text) => this.#emit({ type: 'note', level: 'info', text: `${name}: ${text}` }),
      ...(runtime === undefined ? {} : { runtime }),
    }).finally(() => {
      clearTimeout(silence);
      for (const one of signals) one.removeEventListener('abort', stop);
    });
    const client = new AgentClient(name, channel, stallTimeoutMs);
    this.#clients.push(client);
    return client;
  }

  /** Connects the lead donor and, side by side, those others that are wanted; the others may fail. */
  async connectDonors(wanted: ReadonlySet<string>): Promise<{ lead: Donor; others: Map<string, Donor> }> {
    const { group } = this.#options;
    const others = new Map<string, Donor>();
    const connecting = [...wanted]
      .filter((name) => name !== group.lead.name)
      .map(async (name) => {
        try {
          others.set(name, await this.openDonor(name));
        } catch (error) {
          if (this.#options.signal.aborted || this.#closing.signal.aborted) return;
          this.#emit({ type: 'donor', donor: name, host: this.#hostOf(name), state: 'lost' });
          this.#emit({
            type: 'note',
            level: 'warning',
            text: `${name} gives no rows: ${messageOf(error)} The lead gives them.`,
          });
        }
      });
    const lead = await this.openDonor(group.lead.name);
    await Promise.all(connecting);
    this.#options.signal.throwIfAborted();
    for (const { name, table } of [...others.values()]) {
      const why = whyUnfit(table.shape, lead.table.shape);
      if (why === undefined) continue;
      others.delete(name);
      this.#emit({ type: 'note', level: 'warning', text: `${name} ${why} and gives no rows.` });
    }
    return { lead, others };
  }

  /** Ends all agents in order, but for one that is `kept`: what they were doing is finished or rolled back first. */
  async close(kept?: AgentClient): Promise<void> {
    // Where the lead cannot be had, another donor may still be on its way.
    this.#closing.abort();
    await Promise.allSettled(this.#connecting);
    const ended = this.#clients.filter((client) => client !== kept);
    await Promise.allSettled(ended.map((client) => client.close()));
  }

  async openDonor(name: string): Promise<Donor> {
    const replica = this.#options.group.replicas.get(name);
    if (!replica)
      throw new ForesyncError('config', 'replica-unknown', `${name} is none of the group's replicas.`);
    onlySqlite(replica.store, 'This');
    const host = hostLabel(replica.host);
    this.#emit({ type: 'donor', donor: name, host, state: 'connecting' });
    const agent = await this.connect(name, replica.host);
    const { path } = replica.store;
    const { table: tableName } = this.#options.group;
    const { result: table } = await agent
      .call('donor.open', { path, table: tableName })
      .catch(async (error: unknown) => {
        const look = () => agent.call('store.look', { path, table: tableName, willWrite: false });
        throw await orFolder(error, look, { path, of: name, kind: 'config' });
      });
    this.#emit({ type: 'donor', donor: name, host, state: 'ready' });
    return { name, agent, table };
  }

  #hostOf(name: string): string {
    const replica = this.#options.group.replicas.get(name);
    return replica ? hostLabel(replica.host) : '';
  }
}
