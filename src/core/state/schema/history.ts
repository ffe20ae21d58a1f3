/** Tables of the access history as they were first. */
export const historySchema = `
CREATE TABLE history_meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
INSERT INTO history_meta VALUES ('bucket_ms', 60000);

CREATE TABLE history_replica (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  reads INTEGER NOT NULL,
  writes INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL
);

CREATE TABLE history_series (
  key TEXT NOT NULL,
  replica INTEGER NOT NULL,
  reads INTEGER NOT NULL,
  writes INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  last_read_ms INTEGER,
  size_bytes INTEGER,
  series BLOB NOT NULL,
  PRIMARY KEY (key, replica)
) WITHOUT ROWID;

-- hour: hours since the epoch
CREATE TABLE history_hour (
  replica INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  reads INTEGER NOT NULL,
  writes INTEGER NOT NULL,
  PRIMARY KEY (replica, hour)
) WITHOUT ROWID;

-- How far each file was read. read_bytes counts bytes after decompression, head_bytes those that head_hash (SHA-256) covers.
CREATE TABLE history_source (
  replica TEXT NOT NULL,
  device TEXT NOT NULL,
  inode TEXT NOT NULL,
  path TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  modified_ms INTEGER NOT NULL,
  head_bytes INTEGER NOT NULL,
  head_hash BLOB NOT NULL,
  read_bytes INTEGER NOT NULL,
  next_line INTEGER NOT NULL,
  PRIMARY KEY (replica, device, inode)
) WITHOUT ROWID;
`;

/** line_hashes: for each line that ends within the head, the CRC-32 (4 bytes, big-endian) of all up to its end. */
export const lineHashesSchema = `
ALTER TABLE history_source ADD COLUMN line_hashes BLOB NOT NULL DEFAULT x'';
`;

/**
 * Rows of keys in packed segments (src/core/history/segments) in place of a table row a key. What the earlier table holds is packed by the
 * next `analyze` (src/core/history/earlier-rows.ts).
 */
export const segmentsSchema = `
ALTER TABLE history_series RENAME TO history_earlier_row;
DROP TABLE history_hour;
DELETE FROM history_meta WHERE name = 'profile';

-- A series (src/core/history/series-codec.ts) of all accesses: by bucket lately, by hours before that, for good.
ALTER TABLE history_replica ADD COLUMN traffic BLOB NOT NULL DEFAULT x'';

-- Rows of one replica, each key once. segments: 8 bytes a segment, in the order of hashes: its first hash and its number, little-endian.
-- Buckets before hours_before are as wide as hours, those before days_before as days.
CREATE TABLE history_run (
  id INTEGER PRIMARY KEY,
  replica INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  hours_before INTEGER NOT NULL,
  days_before INTEGER NOT NULL,
  segments BLOB NOT NULL
);

-- id: the run's times 2^32, plus the segment's number within it
CREATE TABLE history_segment (id INTEGER PRIMARY KEY, rows BLOB NOT NULL);
`;
