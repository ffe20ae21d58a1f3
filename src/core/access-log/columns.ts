import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';

export const roles = ['time', 'op', 'key', 'size'] as const;
export type Role = (typeof roles)[number];

/** Which columns to take, as the operator says it: by position from 0, or by name. */
export type ColumnChoice =
  | { by: 'position'; positions: Partial<Record<Role, number>> }
  | { by: 'name'; names: Partial<Record<Role, string>> };

/** Best first. Compared in lower case without anything but letters and digits, so `@timestamp` is `timestamp`. */
const knownNames: Record<Role, readonly string[]> = {
  time: words(`time timestamp ts datetime eventtime accesstime accessedat timems timestampms epochms epoch unixtime createdat loggedat
    logtime requesttime invoicedate date at when t`),
  op: words(
    'op operation method action command cmd verb access accesstype rw optype operationtype eventtype event kind type',
  ),
  key: words(`key primarykey rowkey pk cachekey keyid itemid objectid objid rowid productid recordid id item object obj sku stockcode
    entity path url uri resource`),
  size: words(
    'size sizebytes bytes objsize objectsize valuesize length len nbytes contentlength bodybytes responsebytes',
  ),
};

/** Names that say that a column holds operations whatever its values look like. */
const certainOps = new Set(words('op operation optype operationtype rw'));

/**
 * Reads `--columns`: names in the order of the columns (`time,op,key,size`; any other name skips a column), or
 * `role=name` pairs (`time=ts,key=sku`). Throws a usage error where time or key is missing or one is named twice.
 */
export function parseColumns(text: string): ColumnChoice {
  const items = text.split(',').map((item) => item.trim());
  if (items.length > 1000) throw invalid(text, 'there are more than 1,000');
  const choice: ColumnChoice = items.some((item) => item.includes('='))
    ? byName(text, items)
    : byPosition(text, items);
  const chosen = choice.by === 'name' ? choice.names : choice.positions;
  for (const role of ['time', 'key'] as const)
    if (chosen[role] === undefined) throw invalid(text, `there is no ${role}`);
  return choice;
}

function byPosition(text: string, items: string[]): ColumnChoice {
  const positions: Partial<Record<Role, number>> = {};
  items.forEach((item, position) => {
    const role = asRole(item);
    if (!role) return;
    if (positions[role] !== undefined) throw invalid(text, `${role} is there twice`);
    positions[role] = position;
  });
  return { by: 'position', positions };
}

function byName(text: string, items: string[]): ColumnChoice {
  const names: Partial<Record<Role, string>> = {};
  for (const item of items) {
    const split = item.indexOf('=');
    const role = asRole(item.slice(0, split));
    if (split < 0 || !role || split === item.length - 1) throw invalid(text, `'${item}' is not role=name`);
    if (names[role] !== undefined) throw invalid(text, `${role} is there twice`);
    names[role] = item.slice(split + 1);
  }
  return { by: 'name', names };
}

/**
 * Finds the columns that names from a header, or fields of an object, stand for. `looksRight` is asked before a name
 * that could mean many things is taken.
 */
export function columnsOfNames(
  names: readonly string[],
  looksRight: (role: Role, name: string) => boolean,
): Partial<Record<Role, string>> {
  const plain = names.map(normalise);
  const found: Partial<Record<Role, string>> = {};
  const taken = new Set<number>();
  for (const role of roles) {
    for (const known of knownNames[role]) {
      const index = plain.indexOf(known);
      const name = names[index];
      if (name === undefined || taken.has(index)) continue;
      if (!(role === 'op' && certainOps.has(known)) && !looksRight(role, name)) continue;
      found[role] = name;
      taken.add(index);
      break;
    }
  }
  return found;
}

function asRole(name: string): Role | undefined {
  return roles.find((role) => role === name.toLowerCase());
}

function normalise(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function words(text: string): string[] {
  return text.split(/\s+/);
}

function invalid(text: string, reason: string): ForesyncError {
  return new ForesyncError(
    'usage',
    'columns-invalid',
    `--columns ${printable(text)}: ${printable(reason)}.`,
    {
      hint: 'Name the columns in their order, such as time,op,key,size, or by their names: time=ts,key=sku. Time and key are needed.',
    },
  );
}
