/** A value as better-sqlite3 gives it with safe integers. */
export type RowValue = bigint | number | string | Buffer | null;

/**
 * A row as a JSON object, a member a column, in the table's order. Integers have all their digits (a reader with doubles alone sees those past
 * 2^53 rounded), blobs are `{"base64":"…"}`, and a REAL that JSON has no number for is `{"real":"Infinity"}`.
 */
export function rowJson(columns: readonly string[], values: readonly RowValue[]): string {
  return `{${columns.map((name, i) => `${JSON.stringify(name)}:${valueJson(values[i] ?? null)}`).join(',')}}`;
}

function valueJson(value: RowValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? realJson(value) : `{"real":"${value}"}`;
  if (Buffer.isBuffer(value)) return `{"base64":"${value.toString('base64')}"}`;
  return JSON.stringify(value);
}

/** With its point, so that it is not taken for an integer. */
function realJson(value: number): string {
  const text = Object.is(value, -0) ? '-0.0' : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
