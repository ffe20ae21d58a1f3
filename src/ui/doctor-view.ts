import type { Clock } from '../core/clock.ts';
import type { Report } from '../core/doctor/check.ts';
import type { Verdict } from '../core/doctor/verdict.ts';
import { printable } from '../core/text.ts';
import { wrapWords } from './dashboard/wrap-words.ts';
import { reportLines, verdictLines } from './doctor-list.ts';
import { LiveLine } from './live-line.ts';
import type { Brush } from './metrics-paint.ts';

const width = 79;

/** Shows reports as they come; on a terminal, a line below tells who is waited for. */
export class DoctorView {
  readonly #output: Pick<NodeJS.WriteStream, 'write'> | undefined;
  readonly #brush: Brush;
  readonly #live: LiveLine | undefined;
  #expected: string[] = [];

  /** Without `streams` nothing is shown. */
  constructor(
    streams: { stdout: Pick<NodeJS.WriteStream, 'write'>; stderr: NodeJS.WriteStream } | undefined,
    { brush, clock }: { brush: Brush; clock: Clock },
  ) {
    this.#output = streams?.stdout;
    this.#brush = brush;
    this.#live = streams?.stderr.isTTY ? new LiveLine(streams.stderr, () => clock.nowMs()) : undefined;
  }

  /** Replicas whose reports are to come. */
  expect(replicas: readonly string[]): void {
    this.#expected = [...replicas];
    this.#await();
  }

  tell(report: Report): void {
    this.#live?.clear();
    this.#write(reportLines(report, this.#brush));
    this.#expected = this.#expected.filter((name) => name !== report.replica);
    this.#await();
  }

  conclude(verdict: Verdict): void {
    this.#write(verdictLines(verdict, this.#brush));
  }

  /** May be called again. */
  end(): void {
    this.#live?.clear();
  }

  #await(): void {
    if (this.#expected.length === 0) return;
    const names = this.#expected.map((name) => printable(name, 40)).join(', ');
    const [line = ''] = wrapWords([`  looking at ${names}`], width);
    this.#live?.show(() => line, { now: true });
  }

  #write(lines: readonly string[]): void {
    if (lines.length > 0) this.#output?.write(`${lines.join('\n')}\n`);
  }
}
