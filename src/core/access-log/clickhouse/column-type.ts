/** What a column holds, as far as it matters here. */
export type TypeKind =
  | 'date-time'
  | 'date-time-64'
  | 'date'
  | 'integer'
  | 'float'
  | 'decimal'
  | 'text'
  | 'fixed-text'
  | 'name'
  | 'other';

export interface ColumnType {
  kind: TypeKind;
  isNullable: boolean;
  /** Not LowCardinality, and no more than 32 bits without a sign where it is an integer. */
  isPlain: boolean;
}

const kinds: readonly [RegExp, TypeKind][] = [
  [/^DateTime64\(/, 'date-time-64'],
  [/^DateTime(32)?(\(|$)/, 'date-time'],
  [/^Date(32)?$/, 'date'],
  [/^U?Int(8|16|32|64|128|256)$/, 'integer'],
  [/^B?Float(16|32|64)$/, 'float'],
  [/^Decimal/, 'decimal'],
  [/^String$/, 'text'],
  [/^FixedString\(/, 'fixed-text'],
  [/^(UUID|IPv4|IPv6|Bool|Enum(8|16)\()/, 'name'],
];

/** Reads a type as DESCRIBE TABLE gives it, such as `LowCardinality(Nullable(String))`. */
export function columnType(text: string): ColumnType {
  let inner = text;
  let isNullable = false;
  for (let match = wrapper.exec(inner); match; match = wrapper.exec(inner)) {
    isNullable ||= match[1] === 'Nullable';
    inner = match[2] ?? '';
  }
  const [, kind = 'other'] = kinds.find(([pattern]) => pattern.test(inner)) ?? [];
  const isPlain = !text.includes('LowCardinality(') && (kind !== 'integer' || /^UInt(8|16|32)$/.test(inner));
  return { kind, isNullable, isPlain };
}

const wrapper = /^(Nullable|LowCardinality)\((.*)\)$/s;
