/** What a shell is told of a command. */
export interface CompletedCommand {
  /** Its words, such as `plan inspect`. */
  words: string;
  summary: string;
  flags: CompletedFlag[];
  /** What its words after the flags may be; an empty list where only whoever types them knows. */
  operands: 'none' | 'files' | readonly string[];
}

export interface CompletedFlag {
  /** `--model` or `-y`. */
  name: string;
  description: string;
  /** Undefined where it takes no value. */
  value?: {
    /** The values that it may have; none where any may. */
    options: readonly string[];
    isFile: boolean;
    /** It may be given again. */
    repeats: boolean;
  };
}

interface ManifestFlag {
  type: string;
  name: string;
  description?: string | undefined;
  summary?: string | undefined;
  char?: string | undefined;
  options?: readonly string[] | undefined;
  helpValue?: string | string[] | undefined;
  multiple?: boolean | undefined;
  hidden?: boolean | undefined;
  allowNo?: boolean | undefined;
}

export interface ManifestCommand {
  id: string;
  summary?: string | undefined;
  description?: string | undefined;
  hidden?: boolean | undefined;
  flags: Record<string, ManifestFlag>;
  args: Record<string, { options?: readonly string[] | undefined }>;
}

/** What completion needs of oclif's commands, hidden ones left out, in the order of their words. */
export function completedCommands(commands: readonly ManifestCommand[]): CompletedCommand[] {
  return commands
    .filter(({ hidden }) => !hidden)
    .map(({ id, summary, description, flags, args }) => ({
      words: id.replaceAll(':', ' '),
      operands: id === 'help' ? commands.map((one) => one.id.replaceAll(':', ' ')) : operandsOf(args),
      summary: firstSentence(summary ?? description ?? ''),
      flags: [
        ...Object.values(flags)
          .filter(({ hidden }) => !hidden)
          .flatMap(completedFlags),
        { name: '--help', description: 'Show the help of the command.' },
      ],
    }))
    .toSorted((one, other) => (one.words < other.words ? -1 : 1));
}

function completedFlags(flag: ManifestFlag): CompletedFlag[] {
  const names = [`--${flag.name}`, ...(flag.char ? [`-${flag.char}`] : [])];
  const description = firstSentence(flag.summary ?? flag.description ?? '');
  if (flag.type === 'boolean') {
    const off = flag.allowNo ? [`--no-${flag.name}`] : [];
    return [...names, ...off].map((name) => ({ name, description }));
  }
  const isFile = /^(FILE|PATH)$/.test(String(flag.helpValue ?? ''));
  const value = { options: flag.options ?? [], isFile, repeats: flag.multiple === true };
  return names.map((name) => ({ name, description, value }));
}

/** By their names in the help: `foresync plan diff A B`. */
const files: readonly string[] = ['log', 'file', 'a', 'b'];
/** Beside which an argument takes other words, so that they are no options of it. */
const words: Readonly<Record<string, readonly string[]>> = { rate: ['off', 'pause', 'resume'] };

function operandsOf(args: ManifestCommand['args']): CompletedCommand['operands'] {
  const names = Object.keys(args);
  if (names.length === 0) return 'none';
  if (names.some((name) => files.includes(name))) return 'files';
  return Object.entries(args).flatMap(([name, { options }]) => options ?? words[name] ?? []);
}

/** The words that may follow each beginning of a command, that of all commands the empty one, with what they are. */
export function followingWords(
  commands: readonly CompletedCommand[],
): Map<string, { word: string; summary: string }[]> {
  const following = new Map<string, { word: string; summary: string }[]>();
  for (const { words, summary } of commands) {
    const parts = words.split(' ');
    for (const [index, word] of parts.entries()) {
      const before = parts.slice(0, index).join(' ');
      const known = following.get(before) ?? [];
      following.set(before, known);
      const isWhole = index === parts.length - 1;
      if (!known.some((one) => one.word === word)) known.push({ word, summary: isWhole ? summary : '' });
    }
  }
  return following;
}

/** Every word or words that a command begins with. */
export function beginnings(commands: readonly CompletedCommand[]): string[] {
  const all = commands.flatMap(({ words }) => {
    const parts = words.split(' ');
    return parts.map((_, index) => parts.slice(0, index + 1).join(' '));
  });
  return [...new Set(all)];
}

/** A text in the single quotes of bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function firstSentence(text: string): string {
  const [line = ''] = text.replaceAll(/<%=.*?%>/g, 'foresync').split('\n');
  return /^.*?\.(?=\s|$)/.exec(line)?.[0] ?? line;
}
