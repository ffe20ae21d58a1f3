import type { AccessSink, LineParser } from './access-sink.ts';
import { DelimitedParser } from './delimited.ts';
import { JsonLinesParser } from './json-lines.ts';
import type { LogLayout } from './layout.ts';
import type { LineTally } from './line-tally.ts';

/** The parser of a layout. `atStart`: the first line that it gets is the log's first. */
export function parserFor(
  layout: LogLayout,
  sink: AccessSink,
  tally: LineTally,
  atStart: boolean,
): LineParser {
  return layout.format === 'jsonl'
    ? new JsonLinesParser(layout, sink, tally)
    : new DelimitedParser(layout, sink, tally, atStart);
}
