/** An identifier as SQL text: `a"b` becomes `"a""b"`. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `count` column names of a chunk image, from `start`: c0, c1, … */
export function imageColumns(count: number, start = 0): string[] {
  return Array.from({ length: count }, (_, index) => `c${start + index}`);
}

/** Joins terms with AND. */
export function all(terms: readonly string[]): string {
  return terms.join(' AND ');
}

/**
 * SQL text with its comments, strings and quoted names blanked out, at their length: what is left are keywords, plain
 * names and punctuation, in their places.
 */
export function bareSql(sql: string): string {
  return sql.replace(spelledOut, (part) => ' '.repeat(part.length));
}

const spelledOut = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/g;

/** A string as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
