import type { Report } from '../core/doctor/check.ts';
import type { Verdict } from '../core/doctor/verdict.ts';
import { printable } from '../core/text.ts';
import { reportLines, verdictLines } from './doctor-list.ts';
import type { ProgressText } from './live-line.ts';
import type { Brush } from './metrics-paint.ts';
import { wrapWords } from './wrap-words.ts';

const width = 79;

/** Shows reports as they come; a line tells who is waited for. */
export class DoctorView {
  readonly #output: Pick<NodeJS.WriteStream, 'write'> | undefined;
  readonly #brush: Brush;
  readonly #live: ProgressText | undefined;
  #expected: string[] = [];

  /** Without an `output` no report is shown, and without `live` nobody is told who is waited for. */
  constructor(
    output: Pick<NodeJS.WriteStream, 'write'> | undefined,
    { brush, live }: { brush: Brush; live: ProgressText | undefined },
  ) {
    this.#output = output;
    this.#brush = brush;
    this.#live = live;
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
