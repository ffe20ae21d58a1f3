import { ForesyncError } from '../errors.ts';
import type { RowKey, RowKeyPart } from '../row-key.ts';
import { printable } from '../text.ts';
import type { PlanEntry, PlanHeader } from './prefetch-plan.ts';

/** Longest line of a plan file, in bytes. */
export const maxLineBytes = 1 << 20;
/** Most columns of a composite key; SQLite allows no more in an index. */
const maxKeyParts = 2000;
const maxEntries = 2 ** 40;

/** Reads a plan's first line. Throws `plan-invalid` (kind `data`). Keys that it does not know are kept. */
export function parseHeader(line: string): PlanHeader {
  const value = parseObject(line, 1);
  if (value.kind !== 'foresync.plan') throw invalid(1, "its 'kind' is not 'foresync.plan'");
  if (value.version !== 1)
    throw invalid(1, `its version is ${printable(JSON.stringify(value.version) ?? 'missing', 40)}, not 1`);
  optional(value, 'group', isText, 1);
  optional(value, 'table', isText, 1);
  required(value, 'origin', isTime, 1);
  required(value, 'horizonMs', (v) => isFiniteNumber(v) && v > 0, 1);
  required(value, 'model', isText, 1);
  required(value, 'minConfidence', isShare, 1);
  required(
    value,
    'entries',
    (v) => Number.isSafeInteger(v) && (v as number) >= 0 && (v as number) <= maxEntries,
    1,
  );
  required(value, 'expectedHitRate', isShare, 1);
  return value as unknown as PlanHeader;
}

const entryFields = new Set([
  'key',
  'confidence',
  'expectedAt',
  'expectedReads',
  'expectedWrites',
  'sizeBytes',
  'donor',
  'model',
  'pinned',
]);

/** Reads one of a plan's other lines. Throws `plan-invalid` (kind `data`) with the number of the line. */
export function parseEntry(line: string, number: number): PlanEntry {
  const value = parseObject(line, number);
  for (const field of Object.keys(value)) {
    if (!entryFields.has(field)) throw invalid(number, `'${printable(field, 40)}' is not known`);
  }
  required(value, 'key', isKey, number);
  required(value, 'confidence', isShare, number);
  required(value, 'expectedAt', isTime, number);
  required(value, 'expectedReads', isCount, number);
  required(value, 'expectedWrites', isCount, number);
  optional(value, 'sizeBytes', isCount, number);
  optional(value, 'donor', isText, number);
  required(value, 'model', isText, number);
  optional(value, 'pinned', (v) => typeof v === 'boolean', number);
  return value as unknown as PlanEntry;
}

export function invalid(line: number, reason: string, cause?: unknown): ForesyncError {
  return new ForesyncError('data', 'plan-invalid', `Line ${line} of the plan cannot be read: ${reason}.`, {
    hint: "Make the plan again with 'foresync plan'.",
    ...(cause === undefined ? {} : { cause }),
  });
}

type Fields = Record<string, unknown>;

function parseObject(line: string, number: number): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw invalid(number, 'it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(number, 'it is not an object');
  return value as Fields;
}

function required(value: Fields, field: string, check: (value: unknown) => boolean, line: number): void {
  if (!Object.hasOwn(value, field)) throw invalid(line, `'${field}' is missing`);
  if (!check(value[field])) throw invalid(line, `'${field}' is out of range or of the wrong type`);
}

function optional(value: Fields, field: string, check: (value: unknown) => boolean, line: number): void {
  if (Object.hasOwn(value, field)) required(value, field, check, line);
}

function isKey(value: unknown): value is RowKey {
  if (Array.isArray(value)) return value.length > 0 && value.length <= maxKeyParts && value.every(isKeyPart);
  return isKeyPart(value);
}

function isKeyPart(value: unknown): value is RowKeyPart {
  if (typeof value === 'string' || isFiniteNumber(value)) return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [[name, content] = [], ...rest] = Object.entries(value);
  if (rest.length > 0 || typeof content !== 'string') return false;
  if (name === 'int') return /^-?(?:0|[1-9]\d{0,18})$/.test(content);
  return (
    name === 'base64' && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(content)
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 1000;
}

/** UTC with a Z, as the writer gives it; Date.parse alone takes far more, and in local time. */
function isTime(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isShare(value: unknown): boolean {
  return isFiniteNumber(value) && value >= 0 && value <= 1;
}

function isCount(value: unknown): boolean {
  return isFiniteNumber(value) && value >= 0;
}
