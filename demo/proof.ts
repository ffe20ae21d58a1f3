import Database from 'better-sqlite3';

/** What two databases hold, by SQL alone. */
export interface Proof {
  /** Rows that are equal in every column. */
  equal: number;
  /** The last transaction of the shop's that the joiner has. */
  version: number;
  /** Rows that the shop changed, added or removed after that transaction, which must not be in the joiner yet. */
  later: number;
  /** All other differences; in sync means that there is none. */
  unexplained: number;
}

/** Each transaction leaves its number in the table, so the newest number that the joiner has tells up to where it has come. */
const versionSql = 'SELECT max(version) FROM joiner.items';
const differingSql = `
  CREATE TEMP TABLE unlike_copy AS SELECT * FROM lead.items EXCEPT SELECT * FROM joiner.items;
  CREATE TEMP TABLE unlike_original AS SELECT * FROM joiner.items EXCEPT SELECT * FROM lead.items;
  CREATE TEMP TABLE differing AS SELECT sku FROM unlike_copy UNION SELECT sku FROM unlike_original`;
const equalSql = 'SELECT (SELECT count(*) FROM lead.items) - (SELECT count(*) FROM unlike_copy)';
/** A row may differ by what the shop did to it later, and must then be as the shop's last write before that left it. */
const laterSql = `
  WITH later AS (SELECT * FROM lead.changes WHERE version > @version)
  SELECT count(*) FROM differing AS d
    LEFT JOIN joiner.items AS copy ON copy.sku = d.sku
    LEFT JOIN lead.items AS original ON original.sku = d.sku
  WHERE CASE
    WHEN copy.sku IS NULL THEN d.sku IN (SELECT sku FROM later WHERE what = 'added')
    WHEN original.sku IS NULL THEN d.sku IN (SELECT sku FROM later WHERE what = 'removed')
    ELSE d.sku IN (SELECT sku FROM later) AND copy.version = coalesce(
      (SELECT max(version) FROM lead.changes AS c WHERE c.sku = d.sku AND c.version <= @version), 0)
    END`;

/** Compares the joiner with the lead donor, while nobody writes to either. Uses nothing of foresync's. */
export function compare(leadFile: string, joinerFile: string): Proof {
  const db = new Database(':memory:');
  try {
    db.prepare('ATTACH ? AS lead').run(leadFile);
    db.prepare('ATTACH ? AS joiner').run(joinerFile);
    db.exec(differingSql);
    const one = (sql: string, values = {}) => db.prepare(sql).pluck().get(values) as number;
    const version = one(versionSql);
    const later = one(laterSql, { version });
    return {
      version,
      equal: one(equalSql),
      later,
      unexplained: one('SELECT count(*) FROM differing') - later,
    };
  } finally {
    db.close();
  }
}
