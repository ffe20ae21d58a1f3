/**
 * What is kept of a replica's coldest keys, which have no series of their own, and how far tables at ClickHouse were counted.
 * keys: HyperLogLog; key_reads: count-min sketch of reads by key; series: reads and writes of all of them by bucket
 * (src/core/history/sketch, src/core/history/series-codec.ts).
 */
export const sketchSchema = `
CREATE TABLE history_sketch (
  replica INTEGER PRIMARY KEY,
  reads INTEGER NOT NULL,
  writes INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  series BLOB NOT NULL,
  keys BLOB NOT NULL,
  key_reads BLOB NOT NULL
);

-- Rows with a time before watermark_ms were counted. window_rows had one from window_from_ms on, when that was counted last.
CREATE TABLE history_table_source (
  replica TEXT NOT NULL,
  source TEXT NOT NULL,
  watermark_ms INTEGER NOT NULL,
  window_from_ms INTEGER NOT NULL,
  window_rows INTEGER NOT NULL,
  PRIMARY KEY (replica, source)
) WITHOUT ROWID;
`;
