import { stripVTControlCharacters } from 'node:util';

/** What oclif puts on the errors that it throws. */
export interface OclifError {
  message: string;
  code?: string;
  oclif?: { exit?: number };
  /** The arguments that are missing, as `RequiredArgsError` lists them. */
  args?: ReadonlyArray<{ name?: string; description?: string; options?: readonly string[] } | string>;
}

export function isOclifError(thrown: unknown): thrown is OclifError & { oclif: { exit: number } } {
  return typeof (thrown as OclifError | undefined)?.oclif?.exit === 'number';
}

/** oclif's messages span lines: a heading, indented details, an invitation to read the help. Makes one line of the part that says what is wrong. */
export function oneLineOf({ message }: OclifError): string {
  return unwrapped(stripVTControlCharacters(message))
    .replace(/^The following errors? occurred:\s*/, '')
    .trim()
    .replace(/\s*\n\s*/g, '; ');
}

/** Takes away the words that oclif puts around the message of a flag which refuses its value. */
export function unwrapped(message: string): string {
  return message.replace(/\nSee more help with --help$/, '').replace(/^Parsing (--\S+) \n\t/, '$1: ');
}
