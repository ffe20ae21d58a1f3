import { z } from 'zod';
import type { Session } from './session.ts';
import { quoteName, quoteText } from './sql.ts';

/** What a slot is for; kept as a comment on its publication, where whoever looks at the server finds it too. */
const slotPurpose = z.object({
  use: z.enum(['copy', 'subscription']),
  group: z.string().max(500),
  joiner: z.string().max(500),
  /** The hold of the joiner under which it was made, or gone on with, last. */
  hold: z.string().max(100).optional(),
});
export type SlotPurpose = z.infer<typeof slotPurpose>;

const prefix = 'foresync ';

/** In the caller's transaction, or one of its own. */
export async function commentPurpose(session: Session, name: string, purpose: SlotPurpose): Promise<void> {
  const text = quoteText(`${prefix}${JSON.stringify(purpose)}`);
  await session.rows(`COMMENT ON PUBLICATION ${quoteName(name)} IS ${text}`);
}

/** A comment may be anybody's. */
export function purposeOf(comment: string | null | undefined): SlotPurpose | undefined {
  if (!comment?.startsWith(prefix)) return undefined;
  try {
    return slotPurpose.safeParse(JSON.parse(comment.slice(prefix.length))).data;
  } catch {
    return undefined;
  }
}

/** Undefined where there is no such publication; `purpose` is where nobody has told it. */
export async function readPurpose(
  session: Session,
  name: string,
): Promise<{ purpose: SlotPurpose | undefined } | undefined> {
  const [found] = await session.rows(
    "SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = $1",
    [name],
  );
  return found && { purpose: purposeOf(found[0]) };
}
