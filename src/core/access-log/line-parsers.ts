import type { AccessSink, LineParser } from './access-sink.ts';
import { CombinedLines } from './combined.ts';
import { DelimitedParser, shapeOf } from './delimited.ts';
import { EventReader } from './event-reader.ts';
import { JsonFields } from './json-fields.ts';
import { JsonLines } from './json-lines.ts';
import type { LogLayout } from './layout.ts';
import { LineByLine } from './line-by-line.ts';
import { PatternLines } from './line-pattern.ts';
import type { LineTally } from './line-tally.ts';
import { MonitorLines } from './monitor.ts';
import { MysqlGeneralParser } from './mysql-general.ts';
import { CsvlogStatements, csvlogShape, JsonlogStatements } from './postgres-log.ts';
import { StatementEvents } from './statement-events.ts';
import { TextFields } from './text-fields.ts';
import { scsiOperationKind } from './trace-layouts.ts';

/** The parser of a layout. `atStart`: the first line that it gets is the log's first. */
export function parserFor(
  layout: LogLayout,
  sink: AccessSink,
  tally: LineTally,
  atStart: boolean,
): LineParser {
  const { keyPattern } = layout;
  const hasOperation = layout.names.op !== undefined;
  switch (layout.format) {
    case 'jsonl': {
      const fields = new TextFields(sink, tally, hasOperation, keyPattern);
      return new LineByLine(new JsonLines(new JsonFields(layout.names, fields, tally), tally), tally);
    }
    case 'csv':
    case 'tsv':
    case 'twemcache':
    case 'libcachesim': {
      const operations = layout.format === 'libcachesim' ? scsiOperationKind : undefined;
      const reader = new EventReader(sink, tally, { hasOperation, keyPattern, operations });
      return new DelimitedParser(shapeOf(layout, atStart), reader, tally);
    }
    case 'combined':
      return new LineByLine(new CombinedLines(sink, tally, keyPattern), tally);
    case 'monitor':
      return new LineByLine(new MonitorLines(sink, tally, keyPattern), tally);
    case 'pattern':
      return new LineByLine(new PatternLines(layout, sink, tally), tally);
    case 'postgres-csvlog':
      return new DelimitedParser(
        csvlogShape,
        new CsvlogStatements(new StatementEvents(layout, sink, tally)),
        tally,
      );
    case 'postgres-jsonlog':
      return new LineByLine(
        new JsonLines(new JsonlogStatements(new StatementEvents(layout, sink, tally)), tally),
        tally,
      );
    case 'mysql-general':
      return new MysqlGeneralParser(new StatementEvents(layout, sink, tally), tally);
  }
}
