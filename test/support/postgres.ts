import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { findProgram } from './sshd-path.ts';

/** Where the machine's PostgreSQL is, with psql; undefined where it has none. */
export function machinePostgres(): string | undefined {
  const found = ['18', '17', '16', '15', '14'].map((version) => `/usr/lib/postgresql/${version}/bin`);
  const config = findProgram('pg_config');
  if (config) found.push(execFileSync(config, ['--bindir'], { encoding: 'utf8' }).trim());
  return found.find((folder) => existsSync(path.join(folder, 'initdb')));
}

/** Where the servers of tests come from: the folder that FORESYNC_POSTGRES_BIN names, else the machine's. */
export function postgresPrograms(): string | undefined {
  return process.env.FORESYNC_POSTGRES_BIN ?? machinePostgres();
}

/** For the `skip` of a test: false where there is a PostgreSQL. */
export const withoutPostgres: string | false =
  machinePostgres() === undefined
    ? 'there is no PostgreSQL server: Debian has it, apt-get install postgresql'
    : false;

/** Enough for a donor, and nothing that a test waits for: a server of a test need not outlive the machine. */
const testSettings: Record<string, string> = {
  listen_addresses: '',
  wal_level: 'logical',
  fsync: 'off',
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  max_connections: '40',
  autovacuum: 'off',
  log_min_messages: 'warning',
  timezone: 'UTC',
};

/** Tests that were given up leave none behind. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGQUIT');
});

/** A real server in a folder of its own, on a Unix socket alone. Its superuser is `postgres`, and needs no password there. */
export class PostgresServer {
  readonly socketFolder: string;
  readonly #data: string;
  readonly #programs: string;
  readonly #user: { uid?: number; gid?: number };
  #pid: number | undefined;
  /** What it has written to its log since it was started last. */
  log = '';

  private constructor(home: string, programs: string, user: { uid?: number; gid?: number }) {
    this.socketFolder = home;
    this.#data = path.join(home, 'data');
    this.#programs = programs;
    this.#user = user;
  }

  /** Starts a server whose files and socket lie in `home`, of the programs in a folder. */
  static async start(
    home: string,
    settings: Record<string, string> = {},
    programs = postgresPrograms(),
  ): Promise<PostgresServer> {
    if (programs === undefined) throw new Error('there is no PostgreSQL server');
    const server = new PostgresServer(home, programs, ordinaryUser());
    mkdirSync(home, { recursive: true });
    server.#own(home);
    const template = templateOf(programs, server.#user);
    execFileSync('cp', ['-a', template, server.#data], server.#user);
    server.#set({ ...testSettings, unix_socket_directories: home, ...settings });
    await server.startAgain();
    return server;
  }

  /** Starts standbys of this server, each in a folder of its own beside it; all are copies of one backup. */
  async startStandbys(
    homes: readonly string[],
    settings: Record<string, string> = {},
  ): Promise<PostgresServer[]> {
    const servers: PostgresServer[] = [];
    for (const home of homes) {
      const server = new PostgresServer(home, this.#programs, this.#user);
      mkdirSync(home, { recursive: true });
      server.#own(home);
      const [first] = servers;
      if (first) execFileSync('cp', ['-a', `${first.#data}.backup`, server.#data], this.#user);
      else {
        const from = ['-h', this.socketFolder, '-U', 'postgres', '-D', `${server.#data}.backup`];
        const how = ['-R', '-c', 'fast', '-X', 'stream', '--no-sync'];
        execFileSync(this.program('pg_basebackup'), [...from, ...how], { ...this.#user, cwd: home });
        execFileSync('cp', ['-a', `${server.#data}.backup`, server.#data], this.#user);
      }
      server.#set({ unix_socket_directories: home, ...settings });
      servers.push(server);
    }
    for (const server of servers) await server.startAgain();
    return servers;
  }

  /** The store of a database, as foresync takes it. */
  store(database = 'postgres'): string {
    return `postgres://postgres@/${database}?host=${this.socketFolder}`;
  }

  /** What psql prints for SQL, without anything around the rows. */
  sql(text: string, database = 'postgres'): string {
    return execFileSync(
      this.program('psql'),
      [
        '-XqAt',
        '-v',
        'ON_ERROR_STOP=1',
        '-h',
        this.socketFolder,
        '-U',
        'postgres',
        '-d',
        database,
        '-f',
        '-',
      ],
      { input: text, encoding: 'utf8', maxBuffer: 1 << 30, timeout: 60_000, stdio: ['pipe', 'pipe', 'pipe'] },
    ).trim();
  }

  /** Path of one of PostgreSQL's programs; clients that are not there with the server are the machine's. */
  program(name: string): string {
    const own = path.join(this.#programs, name);
    return existsSync(own) ? own : path.join(machinePostgres() ?? '', name);
  }

  get pid(): number {
    if (this.#pid === undefined) throw new Error('the server does not run');
    return this.#pid;
  }

  /** Starts a server that was stopped. */
  async startAgain(): Promise<void> {
    const child = spawn(this.program('postgres'), ['-D', this.#data], {
      ...this.#user,
      cwd: this.socketFolder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#pid = child.pid;
    running.add(child);
    this.log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
    const ended = once(child, 'exit').then(() => running.delete(child));
    for (;;) {
      const isReady = this.#isReady();
      if (isReady) return;
      if (child.exitCode !== null || child.signalCode !== null) {
        await ended;
        throw new Error(`PostgreSQL does not start: ${this.log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** Resolves when it takes connections, as after a crash that it recovers from by itself. */
  async ready(): Promise<void> {
    while (!this.#isReady()) await new Promise((resolve) => setTimeout(resolve, 30));
  }

  /** `fast` rolls back what is under way, `immediate` is a crash, and `kill` one that nothing is told of. */
  async stop(how: 'fast' | 'immediate' | 'kill' = 'fast'): Promise<void> {
    const pid = this.#pid;
    if (pid === undefined) return;
    this.#pid = undefined;
    process.kill(pid, ({ fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const)[how]);
    while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Stops all its processes where they are, as a machine that hangs, or lets them go on. */
  signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').trim().split(' ');
    for (const pid of [this.pid, ...children.filter((one) => one !== '').map(Number)])
      process.kill(pid, signal);
  }

  #set(settings: Record<string, string>): void {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
    appendFileSync(path.join(this.#data, 'postgresql.conf'), lines.join(''));
  }

  #isReady(): boolean {
    try {
      execFileSync(this.program('pg_isready'), ['-q', '-h', this.socketFolder], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  #own(file: string): void {
    const { uid, gid } = this.#user;
    if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
  }
}

export interface PostgresPair {
  donor: PostgresServer;
  joiner: PostgresServer;
  stop(): Promise<void>;
}

type Of<N extends string, T> = Partial<Record<N, T>>;

/** Two servers, each with settings of its own, and of the programs in a folder of its own where one is named. */
export async function postgresPair(
  settings: Of<'donor' | 'joiner', Record<string, string>> = {},
  programs: Of<'donor' | 'joiner', string> = {},
): Promise<PostgresPair> {
  const { servers, stop } = await postgresServers(['donor', 'joiner'], settings, programs);
  return { ...servers, stop };
}

/** The same for any servers. */
export async function postgresServers<N extends string>(
  names: readonly N[],
  settings: Of<N, Record<string, string>> = {},
  programs: Of<N, string> = {},
): Promise<{ servers: Record<N, PostgresServer>; stop(): Promise<void> }> {
  const folder = temporaryHome();
  const started = new Map<N, PostgresServer>();
  const stop = async () => {
    for (const server of started.values()) await server.stop('immediate');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const name of names)
      started.set(name, await PostgresServer.start(path.join(folder, name), settings[name], programs[name]));
    return { servers: Object.fromEntries(started) as Record<N, PostgresServer>, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** PostgreSQL refuses to run as root. */
export function ordinaryUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((option) =>
        Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })),
      );
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      // There is no such user.
    }
  }
  throw new Error(`${userInfo().username} cannot run PostgreSQL, and there is no user to run it as`);
}

/** Short, since a socket's path may have a hundred characters. */
export function temporaryHome(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'fs-pg-'));
  const { uid, gid } = ordinaryUser();
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

const templates = new Map<string, string>();

/** A new cluster takes a second to make, and a copy of one no time. */
function templateOf(programs: string, user: { uid?: number; gid?: number }): string {
  const there = templates.get(programs);
  if (there !== undefined) return there;
  const home = temporaryHome();
  const made = path.join(home, 'data');
  process.on('exit', () => rmSync(home, { recursive: true, force: true }));
  const options = [
    '-D',
    made,
    '-U',
    'postgres',
    '-A',
    'trust',
    '--no-sync',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
  ];
  execFileSync(path.join(programs, 'initdb'), options, { ...user, cwd: home, stdio: 'ignore' });
  templates.set(programs, made);
  return made;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
