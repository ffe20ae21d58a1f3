import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** What a writer is told. */
export interface WriterSpec {
  file: string;
  table: { name: string; key: string[] };
  keyValues: string[];
  writes: string[];
  connections: number;
  pauseMs: number;
  /** After its first write it does what it is ordered to do, and nothing else. */
  isQuiet: boolean;
  /** Keeps what it was ordered to do beside its own writes, with their numbers. */
  ordersFile: string;
}

/** A writer at the lead, as a process of its own. */
export class WriterProcess {
  readonly #program: string;
  readonly #spec: WriterSpec;
  readonly #specFile: string;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown[]> | undefined;

  /** `program` is writer.ts, compiled. */
  constructor(program: string, spec: WriterSpec, specFile: string) {
    this.#program = program;
    this.#spec = spec;
    this.#specFile = specFile;
    writeFileSync(specFile, JSON.stringify(spec));
  }

  /** Resolves after its first write. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [this.#program, this.#specFile], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin?.on('error', () => undefined);
    this.#child = child;
    this.#ended = once(child, 'exit');
    if (child.stdout) await Promise.race([once(child.stdout, 'data'), this.#ended]);
    child.stdout?.resume();
  }

  /** Does this next, as one of its writes. */
  order(sql: string): void {
    this.#child?.stdin?.write(`${JSON.stringify(sql)}\n`);
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  /** Rejects where a write of its failed. */
  async stop(): Promise<void> {
    this.#child?.stdin?.end();
    const [code, signal] = (await this.#ended) ?? [];
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(`The writer ended with ${code ?? signal}.`);
  }

  /** The writer's write number `n`. */
  writeAt(n: number): string {
    return this.#orders().get(n) ?? this.#spec.writes[n % this.#spec.writes.length] ?? '';
  }

  #known: Map<number, string> | undefined;
  #orders(): Map<number, string> {
    if (this.#known) return this.#known;
    const lines = existsSync(this.#spec.ordersFile)
      ? readFileSync(this.#spec.ordersFile, 'utf8').trim().split('\n')
      : [];
    this.#known = new Map(lines.map((line) => JSON.parse(line) as [number, string]));
    return this.#known;
  }
}
