import { cpus, totalmem } from 'node:os';

/** The page with a bench's table between its markers replaced, and when and where it was measured. Throws where there are none. */
export function withTable(page: string, name: string, table: string): string {
  const [begin, end] = [`<!-- bench ${name} -->`, '<!-- end -->'];
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The page has no place for ${name}, between ${begin} and ${end}`);
  const block = [begin, '', table, '', `_${machine()}, ${today()}_`, ''].join('\n');
  return `${page.slice(0, from)}${block}\n${page.slice(to)}`;
}

export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = columns.map((_, i) => (i === 0 ? '---' : '--:'));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

function machine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${memory}, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
