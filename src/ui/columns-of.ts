/** How wide a terminal is, in columns; undefined for what is none, and for one that does not tell (it says 0). */
export function columnsOf({
  isTTY,
  columns,
}: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number | undefined {
  return isTTY === true && columns > 0 ? columns : undefined;
}
