import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.ts';
import { findProgram } from './sshd-path.ts';

/** A ClickHouse engine to test against, and how SQL of the test's own is run there. */
export interface ClickHouseEngine {
  /** Host and port of its HTTP interface. */
  address: string;
  /** What follows the statement, such as rows to insert, may be bytes. */
  run(sql: string, body?: Buffer): Promise<string>;
}

export interface ClickHouseServers {
  /** Each knows the others as the cluster `all`, a shard each. */
  servers: (ClickHouseEngine & { pid: number })[];
  stop(): Promise<void>;
}

/** The password of user `reader`, whose profile allows nothing but reading, not even settings. */
export const readerPassword = "pa'ss\\word";

export interface ServerConfig {
  count: number;
  threads?: number;
  maxQueryBytes?: number;
}

/** Starts real servers on loopback, with files in a folder of their own; users `default`, `reader` and `small`, who gets 20 MB a query. */
export async function startClickHouse(config: ServerConfig): Promise<ClickHouseServers> {
  const program = findProgram('clickhouse-server');
  if (!program)
    throw new Error('there is no clickhouse-server: Debian has it, apt-get install clickhouse-server');
  const folder = mkdtempSync(path.join(tmpdir(), 'foresync-clickhouse-'));
  const ports = await Promise.all(
    Array.from({ length: config.count }, async () => ({
      http: await freePort(),
      tcp: await freePort(),
      other: await freePort(),
    })),
  );
  const children: ChildProcess[] = [];
  const stop = async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const servers = ports.map(({ http }, index) => {
      const home = path.join(folder, String(index));
      writeConfig(home, ports, index, config);
      const child = spawn(program, [`--config-file=${home}/config.xml`], { cwd: home, stdio: 'ignore' });
      children.push(child);
      const address = `127.0.0.1:${http}`;
      return { address, pid: child.pid ?? 0, run: (sql: string, body?: Buffer) => runAt(address, sql, body) };
    });
    for (const [index, server] of servers.entries())
      await untilItAnswers(server.address, children[index] as ChildProcess, path.join(folder, String(index)));
    return { servers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs SQL at an HTTP interface. */
export async function runAt(address: string, sql: string, body?: Buffer): Promise<string> {
  const url = body ? `http://${address}/?query=${encodeURIComponent(sql)}` : `http://${address}/`;
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(body ?? Buffer.from(sql)) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${sql.slice(0, 200)}: ${text.slice(0, 1000)}`);
  return text;
}

async function untilItAnswers(address: string, child: ChildProcess, home: string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`clickhouse-server ended: ${readFileSync(path.join(home, 'error.log'), 'utf8')}`);
    const answers = await fetch(`http://${address}/ping`).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function writeConfig(
  home: string,
  ports: readonly { http: number; tcp: number; other: number }[],
  index: number,
  { threads = 1, maxQueryBytes = 2_000_000_000 }: ServerConfig,
): void {
  mkdirSync(home);
  const { http, tcp, other } = ports[index] as (typeof ports)[number];
  const shard = (port: number) =>
    `<shard><replica><host>127.0.0.1</host><port>${port}</port></replica></shard>`;
  writeFileSync(
    path.join(home, 'config.xml'),
    `<yandex><logger><level>error</level><log>${home}/server.log</log><errorlog>${home}/error.log</errorlog></logger>
<http_port>${http}</http_port><tcp_port>${tcp}</tcp_port><interserver_http_port>${other}</interserver_http_port>
<listen_host>127.0.0.1</listen_host><path>${home}/data/</path><tmp_path>${home}/tmp/</tmp_path>
<user_files_path>${home}/files/</user_files_path><format_schema_path>${home}/formats/</format_schema_path>
<users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
<timezone>America/New_York</timezone><mark_cache_size>100000000</mark_cache_size>
<remote_servers><all>${ports.map((port) => shard(port.tcp)).join('')}</all></remote_servers></yandex>`,
  );
  const user = (name: string, password: string) =>
    `<${name}><password>${password}</password><networks><ip>127.0.0.1</ip></networks><profile>${name}</profile><quota>default</quota></${name}>`;
  const limits = `<max_threads>${threads}</max_threads><max_memory_usage>${maxQueryBytes}</max_memory_usage>`;
  writeFileSync(
    path.join(home, 'users.xml'),
    `<yandex><profiles><default>${limits}</default><reader>${limits}<readonly>1</readonly></reader>
<small><max_memory_usage>20000000</max_memory_usage></small></profiles>
<users>${user('default', '')}${user('reader', readerPassword)}${user('small', '')}</users><quotas><default/></quotas></yandex>`,
  );
}
