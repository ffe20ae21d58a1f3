const scheme = 'clickhouse://';

/** Whether a log is a table at ClickHouse, by the URL that names it, and no file. */
export function isTableLog(name: string): boolean {
  return name.startsWith(scheme);
}
