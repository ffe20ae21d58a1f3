import { nearWord } from '../core/near-word.ts';
import { type OclifError, oneLineOf } from './oclif-error.ts';

/** The command that was used, as its help describes it. */
export interface UsedCommand {
  /** `foresync add-replica` */
  line: string;
  /** Its flags, by their names without dashes. */
  flags: ReadonlyMap<string, UsedFlag>;
  /** The first example of its help, a whole command line. */
  example?: string | undefined;
}

export interface UsedFlag {
  /** What it is for. */
  description: string;
  /** What its value is called. */
  value: string;
}

interface Words {
  message: string;
  /** Undefined where the command's help says it best. */
  hint?: string | undefined;
}

/** What oclif finds wrong with a command line, told as every other error is: the cause, and what to do. */
export function usageWords(error: OclifError, command: UsedCommand): { message: string; hint: string } {
  const text = oneLineOf(error);
  const words = missingArguments(text, error, command) ?? missingFlags(text, command) ?? ruled(text, command);
  const { message = text, hint } = words ?? {};
  return { message, hint: hint || `'${command.line} --help' says what it takes.` };
}

function ruled(text: string, command: UsedCommand): Words | undefined {
  for (const { pattern, words } of rules) {
    const match = pattern.exec(text);
    if (match) return words(match.slice(1), command);
  }
  return undefined;
}

const rules: { pattern: RegExp; words(parts: string[], command: UsedCommand): Words }[] = [
  {
    pattern: /^Nonexistent flags?: (.*)$/,
    words: ([flags = ''], { line, flags: known }) => {
      const [first = ''] = flags.split(', ');
      const near = nearWord(first.replace(/^--?/, '').replace(/=.*$/, ''), [...known.keys()]);
      return {
        message: `There is no flag ${flags}.`,
        hint: `${didYouMean(near && `--${near}`)}'${line} --help' lists all.`,
      };
    },
  },
  {
    pattern: /^Command (.*) not found\.$/s,
    words: ([name = ''], { line }) => ({
      message: `There is no command "${name}".`,
      hint: `'${line} --help' lists all.`,
    }),
  },
  {
    pattern: /^Unexpected arguments?: (.*)$/,
    words: ([text = '']) => ({ message: `There is no place for '${text}'.` }),
  },
  {
    pattern: /^Flag --(\S+) expects a value$/,
    words: ([flag = ''], { flags }) => {
      const { value, description } = flags.get(flag) ?? { value: 'VALUE', description: '' };
      return { message: `--${flag} needs a value.`, hint: `Write --${flag} ${value}. ${description}`.trim() };
    },
  },
  {
    pattern: /^Flag --(\S+) expects one of these values: (.*)$/,
    words: ([flag = '', options = '']) => ({ message: `--${flag} needs a value.`, hint: oneOf(options) }),
  },
  {
    pattern: /^Flag (--\S+) can only be specified once$/,
    words: ([flag = '']) => ({ message: `${flag} is there twice.`, hint: 'Give it once.' }),
  },
  {
    pattern: /^Expected (?:--(\S+?)=)?(.*) to be one of: (.*)$/,
    words: ([flag, value = '', options = '']) => ({
      message: `${flag === undefined ? '' : `--${flag}: `}'${value}' is none of its values.`,
      hint: `${didYouMean(nearWord(value, options.split(', ')))}${oneOf(options)}`,
    }),
  },
  {
    pattern: /^--(\S+?)(?:=.*)? cannot also be provided when using --(\S+)$/,
    words: ([one = '', other = '']) => ({
      message: `--${one} and --${other} do not go together.`,
      hint: 'Leave out one of them.',
    }),
  },
  {
    pattern: /^All of the following must be provided when using (--\S+): (.*)$/,
    words: ([one = '', others = '']) => ({
      message: `${one} needs ${others}.`,
      hint: `Give both, or leave out ${one}.`,
    }),
  },
  {
    pattern: /^(--\S+: )?Expected an integer but received: (.*)$/,
    words: ([flag = '', value = '']) => ({
      message: `${flag}'${value}' is no whole number.`,
      hint: 'Write digits alone.',
    }),
  },
  {
    pattern: /^(--\S+: )?Expected an integer (greater|less) than or equal to (\S+) but received: (.*)$/,
    words: ([flag = '', side, bound = '', value = '']) => ({
      message: `${flag}${value} is ${side === 'greater' ? 'less' : 'more'} than ${bound}.`,
      hint: `Write ${bound} or ${side === 'greater' ? 'more' : 'less'}.`,
    }),
  },
];

function missingArguments(text: string, { args }: OclifError, command: UsedCommand): Words | undefined {
  if (!/^Missing \d+ required arg/.test(text) || !Array.isArray(args)) return undefined;
  const named = args.map((one) => (typeof one === 'string' ? { name: one } : one));
  const [first, second] = named;
  const alone = second === undefined ? first : undefined;
  const hint = alone?.options ? oneOf(alone.options.join(', ')) : asIn(command, alone?.description);
  return { message: areMissing(named.map(({ name = '' }) => name.toUpperCase())), hint };
}

function missingFlags(text: string, command: UsedCommand): Words | undefined {
  const names = text
    .split('; ')
    .map((part) => /^Missing required flag (\S+)$/.exec(part)?.[1])
    .filter((name) => name !== undefined);
  if (names.length === 0) return undefined;
  const hint = asIn(command, names.length === 1 ? command.flags.get(names[0] ?? '')?.description : undefined);
  return { message: areMissing(names.map((name) => `--${name}`)), hint };
}

/** Words that can be typed help more than what is missing is for. */
function asIn({ example }: UsedCommand, description: string | undefined): string | undefined {
  return example === undefined ? description : `Write it as in '${example}'.`;
}

function areMissing(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  if (names.length === 1) return `${last} is missing.`;
  return `${names.slice(0, -1).join(', ')} and ${last} are missing.`;
}

function didYouMean(near: string | undefined): string {
  return near === undefined ? '' : `Did you mean ${near}? `;
}

function oneOf(options: string): string {
  return `Write one of ${options}.`;
}
