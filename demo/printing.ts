import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Colours where standard output can show them and the person wants them. */
export function paint(format: Format, text: string): string {
  // Node itself minds NO_COLOR, FORCE_COLOR and pipes here.
  return styleText(format, text, { stream: process.stdout });
}

export function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
