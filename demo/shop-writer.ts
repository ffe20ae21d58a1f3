import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ShopPlan } from './make-shop.ts';
import type { WriterReport } from './writer.ts';

/** The process that goes on writing to the shop. Whatever becomes of this one, it ends. */
export class ShopWriter {
  readonly #child: ChildProcess;
  readonly #report: Promise<WriterReport>;

  constructor({ folder, seed, rows, newcomers, lag }: ShopPlan) {
    const program = fileURLToPath(new URL('./writer.ts', import.meta.url));
    const args = [program, folder, ...[seed, rows, newcomers, lag].map(String)];
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#report = this.#readReport();
    this.#report.catch(() => undefined); // end() tells it.
  }

  /** Ends it, and waits for what it has to say. May be called again. */
  end(): Promise<WriterReport> {
    this.#child.kill('SIGTERM');
    return this.#report;
  }

  /** Ends it where nobody wants to know what it did. */
  async leave(): Promise<void> {
    await Promise.allSettled([this.end()]);
  }

  async #readReport(): Promise<WriterReport> {
    let output = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const [code, signal] = (await once(this.#child, 'close')) as [number | null, NodeJS.Signals | null];
    if (code !== 0) throw new Error(`The shop's writer ended with ${signal ?? code}.`);
    return JSON.parse(output) as WriterReport;
  }
}
