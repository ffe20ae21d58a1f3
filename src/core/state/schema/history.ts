/**
 * Tables of the access history. A key's accesses at a replica are one row with one compact series
 * (src/core/history/series-codec.ts), never a row per bucket. `key` comes first, so that the rows of a key over all
 * replicas lie side by side.
 */
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
