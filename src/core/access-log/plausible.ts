import type { Role } from './columns.ts';
import { operationKind } from './operations.ts';
import { parseSizeBytes } from './sizes.ts';
import { parseTimeMs } from './timestamps.ts';

/** Whether values of a log's first lines look like what the role holds. */
export function plausible(role: Role, values: string[]): boolean {
  if (role === 'key' || values.length === 0) return true;
  if (role === 'time') return share(values, isTime) >= 0.5;
  return share(values, role === 'op' ? isOperation : isSize) >= 0.8;
}

/** How many of the values hold, from 0 to 1; 0 of none. */
export function share(values: string[], holds: (value: string) => boolean): number {
  return values.length === 0 ? 0 : values.filter(holds).length / values.length;
}

export function isTime(value: string): boolean {
  const bytes = Buffer.from(value.slice(0, 64));
  return !Number.isNaN(parseTimeMs(bytes, 0, bytes.length));
}

export function isOperation(value: string): boolean {
  return operationKind(value) !== undefined;
}

function isSize(value: string): boolean {
  const bytes = Buffer.from(value.slice(0, 64));
  return !Number.isNaN(parseSizeBytes(bytes, 0, bytes.length));
}
