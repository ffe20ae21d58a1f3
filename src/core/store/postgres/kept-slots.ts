import { z } from 'zod';
import { captureName } from './capture.ts';
import { Session } from './session.ts';
import { quoteName, quoteText } from './sql.ts';

/** What a slot is for; kept as a comment on its publication, where whoever looks at the server finds it too. */
const slotPurpose = z.object({
  use: z.enum(['copy', 'subscription']),
  group: z.string().max(500),
  joiner: z.string().max(500),
});
export type SlotPurpose = z.infer<typeof slotPurpose>;

/** A slot of foresync's, as a lead has it. */
export interface KeptSlot {
  name: string;
  /** A walsender of somebody's reads it just now. */
  isActive: boolean;
  /** How safe what it needs of the WAL is: `reserved`, `extended`, `unreserved`, or `lost`. */
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

const prefix = 'foresync ';

/** Tells on the publication of a capture what its slot is for. May be repeated. */
export async function notePurpose(url: string, id: string, purpose: SlotPurpose): Promise<void> {
  const session = await Session.open(url);
  try {
    const text = quoteText(`${prefix}${JSON.stringify(purpose)}`);
    await session.rows(`COMMENT ON PUBLICATION ${quoteName(captureName(id))} IS ${text}`);
  } finally {
    await session.end();
  }
}

/** All slots of foresync's in a database, those that keep most first. */
export async function listSlots(url: string): Promise<KeptSlot[]> {
  const session = await Session.open(url);
  try {
    const rows = await session.rows(
      `SELECT slot_name, active, coalesce(wal_status, 'lost'),
          coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::int8,
          greatest(coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn), 0), 0)::int8,
          safe_wal_size, obj_description(p.oid, 'pg_publication')
        FROM pg_replication_slots LEFT JOIN pg_publication p ON pubname = slot_name
        WHERE slot_type = 'logical' AND database = current_database() AND starts_with(slot_name, 'foresync_')
        ORDER BY 4 DESC LIMIT 1000`,
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

/** A comment may be anybody's. */
function purposeOf(comment: string | null | undefined): SlotPurpose | undefined {
  if (!comment?.startsWith(prefix)) return undefined;
  try {
    return slotPurpose.safeParse(JSON.parse(comment.slice(prefix.length))).data;
  } catch {
    return undefined;
  }
}
