import { readFileSync } from 'node:fs';

/** Rows of the first table below a heading of docs/SERVING.md whose first column is called so, without the code marks. */
export function servingTable(firstColumn: string, below = ''): string[][] {
  const page = readFileSync(new URL('../../docs/SERVING.md', import.meta.url), 'utf8');
  const lines = page.slice(page.indexOf(below)).split('\n');
  const head = lines.findIndex((line) => line.startsWith(`| ${firstColumn} |`));
  if (head < 0) throw new Error(`no table of ${firstColumn} below "${below}"`);
  const end = lines.findIndex((line, n) => n > head && !line.startsWith('|'));
  return lines.slice(head + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}
