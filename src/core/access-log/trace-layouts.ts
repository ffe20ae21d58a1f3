import type { ColumnChoice } from './columns.ts';
import { delimitedLayout } from './delimited-layout.ts';
import type { DelimitedLayout } from './layout.ts';
import type { OperationKind } from './operations.ts';

/**
 * Traces of Twitter's caches (github.com/twitter/cache-trace, "Trace Format"): timestamp, anonymized key, key size, value size,
 * client id, operation, TTL, without quotes. The size is the value's. Times are seconds since the trace began: they are kept as
 * seconds since 1970, so the history of a trace begins at 1970-01-01.
 */
export const twemcacheLayout: DelimitedLayout = {
  format: 'twemcache',
  hasHeader: false,
  columns: { time: 0, key: 1, size: 3, op: 5 },
  names: { time: 'timestamp', key: 'anonymized key', size: 'value size', op: 'operation' },
};

/**
 * CSV traces of libCacheSim. Their columns are the reader's parameters (libCacheSim, doc/quickstart_cachesim.md, "Use different
 * trace types"), so `--columns` says them; without, they are those of its sample: version, time, op, size, lbn. Times are
 * kept as seconds since 1970, like Twemcache's.
 */
export function libCacheSimLayout(lines: string[], choice: ColumnChoice | undefined): DelimitedLayout {
  if (choice) return delimitedLayout('libcachesim', lines, choice);
  return {
    format: 'libcachesim',
    hasHeader: /^version,/.test(lines[0] ?? ''),
    columns: { time: 1, op: 2, size: 3, key: 4 },
    names: { time: 'time', op: 'op', size: 'size', key: 'lbn' },
  };
}

/** The sample's operations are SCSI's codes in hexadecimal: READ and WRITE of 6, 10, 12 and 16 bytes (SBC-4, section 5). */
export function scsiOperationKind(code: string): OperationKind | undefined {
  if (/^(08|8|28|a8|88)$/i.test(code)) return 'read';
  return /^(0a|a|2a|aa|8a)$/i.test(code) ? 'write' : undefined;
}
