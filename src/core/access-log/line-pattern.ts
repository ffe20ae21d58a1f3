import type { AccessSink } from './access-sink.ts';
import { roles } from './columns.ts';
import type { PatternLayout } from './layout.ts';
import type { LineTaker } from './line-by-line.ts';
import type { LineTally } from './line-tally.ts';
import { compilePattern, maxPatternedBytes } from './named-groups.ts';
import { TextFields } from './text-fields.ts';

/**
 * Reads any text by a pattern whose groups `time`, `key`, `op` and `size` are the fields. A line that it does not match is ignored and
 * counted as unmatched; one longer than 8 KiB is rejected. Without a group `op` every line is a read.
 */
export class PatternLines implements LineTaker {
  readonly #pattern: RegExp;
  readonly #fields: TextFields;
  readonly #tally: LineTally;

  constructor(layout: PatternLayout, sink: AccessSink, tally: LineTally) {
    this.#pattern = compilePattern('--pattern', layout.pattern, ['time', 'key']);
    this.#fields = new TextFields(sink, tally, layout.names.op !== undefined, layout.keyPattern);
    this.#tally = tally;
  }

  line(block: Buffer, start: number, end: number): void {
    if (end - start > maxPatternedBytes) return this.#tally.reject('the line is longer than 8 KiB');
    const text = block.toString('utf8', start, end);
    const groups = this.#pattern.exec(text)?.groups;
    if (!groups) return this.#tally.ignoreUnmatched();
    for (const role of roles) this.#fields.put(role, groups[role] ?? '');
    this.#fields.take();
  }
}
