import { captureName, inCapture } from './capture.ts';
import { Session } from './session.ts';
import { commentPurpose, purposeOf, readPurpose, type SlotPurpose } from './slot-purpose.ts';

/** A slot of foresync's, as a lead has it. */
export interface KeptSlot {
  name: string;
  /** A walsender of somebody's reads it just now. */
  isActive: boolean;
  /** How safe what it needs of the WAL is: `reserved`, `extended`, `unreserved`, or `lost`. `missing`: there is its publication alone. */
  walStatus: string;
  /** WAL that the lead keeps for it. */
  retainedBytes: number;
  /** WAL that whoever reads it has not confirmed yet. */
  behindBytes: number;
  /** How much more may be written before it is lost; absent without a bound. */
  safeBytes?: number | undefined;
  /** Absent where it was not told, or has no publication any more. */
  purpose?: SlotPurpose | undefined;
}

/** Tells on the publication of a capture what its slot is for; false where there is no such publication. May be repeated. */
export async function notePurpose(url: string, id: string, purpose: SlotPurpose): Promise<boolean> {
  const session = await Session.open(url);
  try {
    return await inCapture(session, id, async () => {
      const isThere = (await readPurpose(session, captureName(id))) !== undefined;
      if (isThere) await commentPurpose(session, captureName(id), purpose);
      return isThere;
    });
  } finally {
    await session.end();
  }
}

/** All slots of foresync's in a database, those that keep most first, and its publications that have none. */
export async function listSlots(url: string): Promise<KeptSlot[]> {
  const session = await Session.open(url);
  try {
    const rows = await session.rows(
      `SELECT coalesce(slot_name, pubname), coalesce(active, false), CASE WHEN slot_name IS NULL THEN 'missing' ELSE coalesce(wal_status, 'lost') END,
          coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::int8,
          greatest(coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn), 0), 0)::int8,
          safe_wal_size, obj_description(p.oid, 'pg_publication')
        FROM (SELECT * FROM pg_replication_slots WHERE slot_type = 'logical' AND database = current_database() AND starts_with(slot_name, 'foresync_')) s
          FULL JOIN (SELECT oid, pubname FROM pg_publication WHERE starts_with(pubname, 'foresync_')) p ON pubname = slot_name
        WHERE slot_name IS NOT NULL OR NOT EXISTS (SELECT FROM pg_replication_slots WHERE starts_with(slot_name, pubname || '_'))
        ORDER BY 4 DESC, 1 LIMIT 1000`,
    );
    return rows.map(([name, active, walStatus, retained, behind, safe, comment]) => ({
      name: name ?? '',
      isActive: active === 't',
      walStatus: walStatus ?? '',
      retainedBytes: Number(retained),
      behindBytes: Number(behind),
      ...(safe != null && { safeBytes: Math.max(0, Number(safe)) }),
      purpose: purposeOf(comment),
    }));
  } finally {
    await session.end();
  }
}
