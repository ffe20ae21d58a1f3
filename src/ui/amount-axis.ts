const marksApart = 16;

/** The level axis of a plot, and the labels under it, from nothing to all. */
export function amountAxis(
  width: number,
  amount: (share: number) => string,
  axis: { level: string; tick: string },
): [string, string] {
  const marks = Math.max(1, Math.min(5, Math.floor(width / marksApart)));
  const line = new Array<string>(width).fill(axis.level);
  let labels = '0';
  for (let mark = 1; mark <= marks; mark++) {
    const column = Math.round((width * mark) / marks) - 1;
    const text = amount(mark / marks);
    line[column] = axis.tick;
    const from = Math.min(column - Math.floor(text.length / 2), width - text.length);
    if (from > labels.length) labels = `${labels.padEnd(from)}${text}`;
  }
  return [line.join(''), labels];
}
