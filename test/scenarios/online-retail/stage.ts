import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { type CliResult, runCli } from '../../support/cli.ts';
import { Gate } from '../../support/gate.ts';
import { RunningCli } from '../../support/running-cli.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { Seller } from './seller.ts';
import { copyStock, makeStock, Till } from './stock.ts';
import { type Read, readTrace } from './trace.ts';

export const horizonMs = 24 * 3_600_000;
const donors = ['lead', 'follower', 'laggard'] as const;
/** Sales that the laggard does not know of. */
const lag = 300;

/** The shop before a replica joins: three donors with their logs up to the origin, and a host for the new one. */
export interface Stage {
  folder: string;
  source: string;
  originMs: number;
  before: Read[];
  /** Reads in (origin, origin + horizon]. */
  following: Read[];
  codes: number;
  /** In front of the sshd: all that the joiner gets goes through it. */
  gate: Gate;
  sshd: TestSshd;
  file(name: string): string;
  run(...args: string[]): Promise<CliResult>;
  start(...args: string[]): RunningCli;
  seller(): Seller;
  close(): Promise<void>;
}

export async function makeStage(): Promise<Stage> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-retail-'));
  const file = (name: string) => path.join(folder, name);
  const { reads, source } = readTrace();
  const [firstMs, lastMs] = [reads[0]?.timeMs ?? 0, reads.at(-1)?.timeMs ?? 0];
  const originMs = Math.floor(firstMs + 0.8 * (lastMs - firstMs));
  const before = reads.filter(({ timeMs }) => timeMs <= originMs);
  const following = reads.filter(({ timeMs }) => timeMs > originMs && timeMs <= originMs + horizonMs);
  const codes = new Set(reads.map(({ key }) => key));

  await makeDonors(
    file,
    codes,
    reads.filter(({ timeMs }) => timeMs > originMs).map(({ key }) => key),
  );
  writeLogs(file, before);
  const replicas = donors.map(
    (name) => `  ${name}: { store: "sqlite:${name}.db", logs: ["${name}-*.tsv.gz"] }`,
  );
  writeFileSync(
    file('foresync.yaml'),
    ['group: shop', 'table: stock', 'lead: lead', 'replicas:', ...replicas].join('\n'),
  );
  mkdirSync(file('joiners'));

  // The host's own Node, so that none need be brought.
  const sshd = await startSshd({ env: { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` } });
  const gate = await Gate.before(sshd.port);
  const sellers: Seller[] = [];
  const options = { cwd: folder, env: environment(file, gate, sshd) };
  return {
    ...{ folder, source, originMs, before, following, codes: codes.size, gate, sshd, file },
    run: (...args) => runCli(args, options),
    start: (...args) => new RunningCli(args, { ...options, timeoutMs: 20_000 }),
    seller: () => {
      const seller = new Seller(file('lead.db'), file('sales.txt'));
      sellers.push(seller);
      return seller;
    },
    close: async () => {
      for (const seller of sellers) await seller.end();
      await gate.close();
      await sshd.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function makeDonors(
  file: (name: string) => string,
  codes: Set<string>,
  sales: string[],
): Promise<void> {
  makeStock(file('lead.db'), codes);
  await copyStock(file('lead.db'), file('laggard.db'));
  writeFileSync(file('sales.txt'), sales.join('\n'));
  const till = new Till(file('lead.db'), sales);
  for (let i = 0; i < lag; i++) till.sell();
  till.close();
  await copyStock(file('lead.db'), file('follower.db'));
}

/** Each event is in one replica's log, as if the traffic were spread over them. */
function writeLogs(file: (name: string) => string, reads: readonly Read[]): void {
  for (const [place, name] of donors.entries()) {
    const own = reads.filter((_, index) => index % donors.length === place);
    writeFileSync(file(`${name}-access.tsv.gz`), gzipSync(logText(own), { level: 1 }));
  }
}

export function logText(reads: readonly Read[]): string {
  return reads.map(({ timeMs, key }) => `${timeMs}\tread\t${key}\t\n`).join('');
}

function environment(
  file: (name: string) => string,
  gate: Gate,
  sshd: TestSshd,
): Record<string, string | undefined> {
  const config = readFileSync(sshd.configFile, 'utf8');
  assert.match(config, new RegExp(`Port ${sshd.port}`));
  writeFileSync(
    file('ssh_config'),
    `${config.replace(`Port ${sshd.port}`, `Port ${gate.port}`)}  HostKeyAlias [127.0.0.1]:${sshd.port}\n`,
  );
  return {
    FORESYNC_SSH_CONFIG: file('ssh_config'),
    FORESYNC_STATE: undefined,
    FORESYNC_CONFIG: undefined,
    XDG_CACHE_HOME: file('cache'),
  };
}
