import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { type PostgresPair, type PostgresServer, postgresPair } from '../../../support/postgres.ts';
import type { ServerAt } from '../case.ts';
import { signalTo } from '../no-process.ts';

const stoppedMs = 4000;

/** The two servers of a suite. Each case has a database of its own at both. */
export class PgServers {
  readonly #pair: PostgresPair;

  private constructor(pair: PostgresPair) {
    this.#pair = pair;
  }

  static async start(): Promise<PgServers> {
    // An enlarged max_connections is for writers and runs that were killed and are not noticed yet.
    const settings = { wal_sender_timeout: '5s', max_connections: '100', restart_after_crash: 'on' };
    return new PgServers(
      await postgresPair({ donor: settings, joiner: { ...settings, wal_retrieve_retry_interval: '200ms' } }),
    );
  }

  stop(): Promise<void> {
    return this.#pair.stop();
  }

  of(at: ServerAt): PostgresServer {
    return at === 'lead' ? this.#pair.donor : this.#pair.joiner;
  }

  get lead(): PostgresServer {
    return this.#pair.donor;
  }

  get joiner(): PostgresServer {
    return this.#pair.joiner;
  }

  /** SIGKILL of the first process, upon which all others end; the server is started again. */
  async killPostmaster(at: ServerAt): Promise<void> {
    const server = this.of(at);
    await server.stop('kill');
    // Its other processes need a moment to notice, and keep the shared memory until then.
    for (let tries = 0; ; tries++) {
      try {
        return await server.startAgain();
      } catch (error) {
        if (tries > 50) throw error;
        await new Promise((resume) => setTimeout(resume, 100));
      }
    }
  }

  /** SIGKILL of a process that serves the run: the server ends all others and recovers by itself. */
  async killBackend(at: ServerAt): Promise<boolean> {
    const [pid] = this.#backends(at);
    signalTo(pid, 'SIGKILL');
    return pid !== undefined;
  }

  /** Stops a process that serves the run for some seconds. */
  async stopBackend(at: ServerAt): Promise<void> {
    await stopFor(this.#backends(at)[0]);
  }

  endConnections(at: ServerAt, which: 'all' | 'walsender'): void {
    const condition = which === 'all' ? "application_name LIKE 'foresync%'" : "backend_type = 'walsender'";
    this.of(at).sql(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE ${condition}`);
  }

  #backends(at: ServerAt): number[] {
    const found = this.of(at).sql(
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'foresync' ORDER BY state, pid",
    );
    return found === '' ? [] : found.split('\n').map(Number);
  }
}

/** SIGSTOP, and some seconds later SIGCONT. */
export async function stopFor(pid: number | undefined): Promise<void> {
  signalTo(pid, 'SIGSTOP');
  await new Promise((resume) => setTimeout(resume, stoppedMs));
  signalTo(pid, 'SIGCONT');
}

/** A process and all that it has started. */
export function familyOf(pid: number): number[] {
  const found = [pid];
  for (const one of found) {
    try {
      for (const task of readdirSync(`/proc/${one}/task`)) {
        const children = readFileSync(`/proc/${one}/task/${task}/children`, 'utf8').trim();
        if (children !== '') found.push(...children.split(' ').map(Number));
      }
    } catch {
      // It has ended.
    }
  }
  return found;
}

/** What pg_dump writes of a table's definition, without what is of the moment. */
export function dumpedSchema(server: PostgresServer, database: string, table: string): string[] {
  const { stdout, stderr, status } = spawnSync(
    server.program('pg_dump'),
    ['-s', '-O', '-x', '-h', server.socketFolder, '-U', 'postgres', '-d', database, '-t', table],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`pg_dump: ${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !/^(--|SET |SELECT pg_catalog\.set_config|\\)/.test(line));
}
