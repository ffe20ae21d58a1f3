import type { Clock } from '../clock.ts';
import { ForesyncError, systemCodeOf } from '../errors.ts';
import { isCaptured } from '../store/sqlite/capture.ts';
import { storeError } from '../store/sqlite/connection.ts';
import { logBroken, tableAltered } from '../store/sqlite/refusals.ts';
import { definitionOf, readDefinition } from '../store/sqlite/table-shape.ts';
import { captureHandlers } from './capture-handlers.ts';
import type { Handlers } from './handlers.ts';
import { closeDonor, type OpenDonor, openDonor } from './open-donor.ts';
import { plannedHandlers } from './planned-handlers.ts';
import { tellingErrors } from './telling-errors.ts';
import { walkHandlers } from './walk-handlers.ts';

/** The requests that make a replica a donor. State lives as long as the agent's process. */
export function donorHandlers(clock: Clock): { handlers: Handlers; close(): void } {
  let open: OpenDonor | undefined;
  const donor = (): OpenDonor => {
    if (!open) throw new ForesyncError('protocol', 'donor-not-open', 'No donor is open.');
    return open;
  };
  const close = () => {
    if (open) closeDonor(open);
    open = undefined;
  };
  const handlers: Handlers = {
    'donor.open': ({ path, table }) => {
      close();
      const opened = openDonor(path, table);
      open = opened.donor;
      return { result: opened.told };
    },
    ...captureHandlers(donor, clock),
    ...plannedHandlers(donor),
    ...walkHandlers(donor),
  };
  /** A file that is locked, damaged, or on a full disk is no defect of ours, nor is a table that was altered or dropped just now. */
  const told = (error: unknown) => {
    const code = systemCodeOf(error) ?? '';
    if (!open || !code.startsWith('SQLITE_')) return error;
    if (code !== 'SQLITE_ERROR') return storeError(error, open.path);
    const { db, shape } = open;
    if (readDefinition(db, shape.name) !== definitionOf(shape)) return tableAltered(shape);
    return isCaptured(db, shape.name) ? error : logBroken(shape, undefined);
  };
  return { handlers: tellingErrors(handlers, told), close };
}
