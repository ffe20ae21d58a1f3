import { systemCodeOf } from '../../errors.ts';
import type { RowKey, RowKeyPart } from '../../row-key.ts';
import type { TableKey } from '../../serve/read-through.ts';
import type { RowValue } from '../../serve/row-json.ts';
import { type Connection, connectMemory } from './connection.ts';
import { type Bindable, bindKey } from './key-codec.ts';
import { quote } from './sql.ts';
import type { Column, TableShape } from './table-shape.ts';

const strictTypes = /^(INT|INTEGER|REAL|TEXT|BLOB|ANY)$/i;

/**
 * Tells how a table would hold a key, however it was written: `097`, ` 97` and `9.7e1` are 97 in an INTEGER column, and nothing in a TEXT column. SQLite itself is
 * asked, by a table of key columns alone that are declared alike.
 */
export class TableKeys {
  readonly #key: Column[];
  readonly #hold;

  constructor(db: Connection, shape: TableShape) {
    this.#key = shape.key;
    const types = strictTypesOf(db, shape);
    const columns = shape.key.map(({ name, affinity }, i) => {
      if (types) return `c${i} ${types.get(name)}`;
      return shape.rowidIsColumn ? `c${i} INTEGER PRIMARY KEY` : `c${i} ${affinity}`;
    });
    const memory = connectMemory();
    const numbers = columns.map((_, i) => i);
    const zeros = numbers.map((i) =>
      types?.get(shape.key[i]?.name ?? '')?.toUpperCase() === 'BLOB' ? "x''" : '0',
    );
    memory.exec(
      `CREATE TABLE k(${columns.join(', ')})${types ? ' STRICT' : ''}; INSERT INTO k VALUES(${zeros.join(', ')})`,
    );
    const names = numbers.map((i) => `c${i}`).join(', ');
    this.#hold = memory
      .prepare<Bindable[], RowValue[]>(
        `UPDATE k SET ${numbers.map((i) => `c${i} = ?`).join(', ')} RETURNING ${names}`,
      )
      .raw()
      .safeIntegers();
  }

  /** Undefined where no row can have it. `values` are to be bound. */
  of(key: RowKey): (TableKey & { values: RowValue[] }) | undefined {
    const asked = bindKey(key, this.#key.length);
    const values = asked && this.#held(asked);
    return values && { ...this.named(values, asked), values };
  }

  /** Of a row that has these values; `asked` stands for what a key has no form for. */
  named(values: readonly RowValue[], asked: readonly Bindable[]): TableKey {
    const parts = values.map((value, i) => partOf(value) ?? (String(asked[i]) as RowKeyPart));
    const key = this.#key.length === 1 ? (parts[0] ?? '') : parts;
    const same = parts.map((part, i) => collated(part, this.#key[i]?.collation));
    return { key, name: JSON.stringify(same) };
  }

  #held(asked: Bindable[]): RowValue[] | undefined {
    try {
      return this.#hold.get(...asked);
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === 'SQLITE_MISMATCH' || code === 'SQLITE_CONSTRAINT_DATATYPE') return undefined;
      throw error;
    }
  }
}

/** Undefined for a table that is not STRICT. */
function strictTypesOf(db: Connection, { name, key }: TableShape): Map<string, string> | undefined {
  const list = db.pragma(`main.table_list(${quote(name)})`) as { schema: string; strict: number }[];
  if (!list.some(({ schema, strict }) => schema === 'main' && strict === 1)) return undefined;
  const info = db.pragma(`main.table_xinfo(${quote(name)})`) as { name: string; type: string }[];
  const types = new Map(info.map((column) => [column.name, column.type]));
  return key.every((column) => strictTypes.test(types.get(column.name) ?? '')) ? types : undefined;
}

function partOf(value: RowValue): RowKeyPart | undefined {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { int: value.toString() };
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (Buffer.isBuffer(value)) return { base64: value.toString('base64') };
  return value ?? undefined;
}

/** Equal for what the collations of SQLite hold equal. */
function collated(part: RowKeyPart, collation: string | undefined): RowKeyPart {
  if (typeof part !== 'string') return part;
  if (collation === 'NOCASE') return part.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return collation === 'RTRIM' ? part.replace(/ +$/, '') : part;
}
