import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PostgresServer } from './postgres.ts';

/** Makes pgbench's tables, of 100,000 accounts a scale. */
export function makePgbenchTables(server: PostgresServer, scale = 1): void {
  execFileSync(server.program('pgbench'), at(server, '-i', '-q', '-s', String(scale)), {
    stdio: 'ignore',
  });
}

/** Runs a script of pgbench's language so many times, on one connection. */
export function runPgbench(server: PostgresServer, script: string, { times }: { times: number }): void {
  const args = at(server, '-n', '-f', '-', '-t', String(times), '--random-seed=7');
  execFileSync(server.program('pgbench'), args, { input: script, stdio: ['pipe', 'ignore', 'ignore'] });
}

/** pgbench's own script, which is like TPC-B, for as long as it is let; `ended` tells how it went. */
export class Pgbench {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  constructor(server: PostgresServer, { clients, perSecond }: { clients: number; perSecond: number }) {
    const args = at(server, '-n', '-c', String(clients), '-R', String(perSecond), '-T', '600');
    this.#child = spawn(server.program('pgbench'), args, { stdio: 'ignore' });
    this.#ended = once(this.#child, 'exit');
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGINT');
    await this.#ended;
  }
}

function at(server: PostgresServer, ...options: string[]): string[] {
  return ['-h', server.socketFolder, '-U', 'postgres', ...options, 'postgres'];
}
