import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The process that goes on selling at the lead. It ends with this one, whatever becomes of it. */
export class Seller {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  constructor(file: string, codesFile: string) {
    const program = fileURLToPath(new URL('./writer.ts', import.meta.url));
    this.#child = spawn(process.execPath, [program, file, codesFile], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout?.setEncoding('utf8');
    this.#ended = once(this.#child, 'close');
  }

  /** Waits until fifty more sales were made, or nearly so many. */
  async goesOn(): Promise<void> {
    const { stdout } = this.#child;
    if (!stdout) throw new Error('The seller has no standard output.');
    const [said] = await Promise.race([once(stdout, 'data'), this.#ended]);
    if (!/sold/.test(String(said))) throw new Error('The seller ended by itself.');
  }

  async end(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
