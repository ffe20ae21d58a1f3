import { ForesyncError } from '../errors.ts';
import type { TableDefinition } from '../store/postgres/definition.ts';
import { listSlots, notePurpose } from '../store/postgres/kept-slots.ts';
import { lookAtStandby, PostgresStandby } from '../store/postgres/standby.ts';
import type { Handlers } from './handlers.ts';
import { decodeKeyTexts } from './key-texts.ts';
import { rowsAnswer } from './rows-answer.ts';

interface OpenStandby {
  standby: PostgresStandby;
  table: { definition: TableDefinition; rowBytes: number };
}

/** The requests that have a PostgreSQL standby give planned rows, and that tell of slots. State lives as long as the agent's process. */
export function postgresStandbyHandlers(): { handlers: Handlers; close(): Promise<void> } {
  let open: OpenStandby | undefined;
  const opened = (): OpenStandby => {
    if (!open) throw new ForesyncError('protocol', 'standby-not-open', 'No standby is open.');
    return open;
  };
  const close = async () => {
    await open?.standby.close();
    open = undefined;
  };
  const handlers: Handlers = {
    'pg.standby.look': async ({ url }) => ({ result: await lookAtStandby(url) }),
    'pg.standby.open': async ({ url, definition, rowBytes, ...lead }) => {
      await close();
      open = { standby: await PostgresStandby.open(url, lead), table: { definition, rowBytes } };
      return { result: {} };
    },
    'pg.standby.replayed': async ({ withinMs }) => ({
      result: { replayed: await opened().standby.hasReplayed(withinMs) },
    }),
    'pg.standby.read': async (limits, [keys]) => {
      const { standby, table } = opened();
      const wanted = decodeKeyTexts(keys, table.definition.key.length);
      return rowsAnswer(await standby.readKeys(table, wanted, limits));
    },
    'pg.slots.note': async ({ url, id, purpose }) => {
      return { result: { noted: await notePurpose(url, id, purpose) } };
    },
    'pg.slots.list': async ({ url }) => ({ result: { slots: await listSlots(url) } }),
  };
  return { handlers, close };
}
