import { Command, Flags } from '@oclif/core';
import { ForesyncError } from '../core/errors.ts';
import { printableJson } from '../core/text.ts';
import { shownText } from '../ui/ascii.ts';
import { columnsOf } from '../ui/columns-of.ts';
import { themeFor } from '../ui/theme.ts';
import { fitLines } from '../ui/wrap-words.ts';
import { wantsJsonLines } from './progress-flag.ts';
import { reportError } from './report-error.ts';
import { interruption } from './signals.ts';
import type { UsedCommand } from './usage-words.ts';

/**
 * What every command shares: `--json`, exit codes, errors printed once, and an AbortSignal that ctrl-C and SIGTERM
 * trip. A command's `run` returns the object that `--json` prints.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    'no-color': Flags.boolean({ description: 'Print without colours.', helpGroup: 'GLOBAL' }),
    'no-input': Flags.boolean({
      description: 'Ask nothing: refuse what would be asked. So does FORESYNC_NO_INPUT=1.',
      helpGroup: 'GLOBAL',
    }),
    plain: Flags.boolean({
      description: 'Print words alone, as for a screen reader: nothing is drawn, or drawn again.',
      helpGroup: 'GLOBAL',
    }),
  };

  /** Trips on the first SIGINT or SIGTERM; a second one ends the process at once. */
  protected readonly signal: AbortSignal = interruption();

  /** In ASCII where the terminal shows no more, and no wider than it. */
  override log(text = ''): void {
    const columns = columnsOf(process.stdout) ?? Number.POSITIVE_INFINITY;
    const shown = shownText(text, themeFor(process.argv, process.env));
    super.log('%s', fitLines(shown.split('\n'), columns).join('\n'));
  }

  /** What a program or a file is to have, as it is. */
  protected printAsIs(text: string): void {
    super.log('%s', text);
  }

  /** oclif's own would print keys and names as they came. */
  override logJson(value: unknown): void {
    process.stdout.write(`${printableJson(value)}\n`);
  }

  protected override async catch(error: Error): Promise<void> {
    reportError(error, {
      json: this.jsonEnabled(),
      jsonLines: wantsJsonLines(this.argv),
      log: (value) => this.logJson(value),
      command: this.#used(),
    });
  }

  #used(): UsedCommand {
    const { flags, baseFlags, examples = [] } = this.ctor;
    const line = `${this.config.bin} ${this.id?.replaceAll(':', ' ')}`;
    const [first] = examples;
    const example = (typeof first === 'string' ? first : first?.command)
      ?.replaceAll('<%= config.bin %>', this.config.bin)
      .replaceAll('<%= command.id %>', this.id?.replaceAll(':', ' ') ?? '');
    const described = Object.entries({ ...baseFlags, ...flags }).map(([name, flag]) => {
      const { description = '', helpValue } = flag as { description?: string; helpValue?: string | string[] };
      return [name, { description, value: String(helpValue ?? 'VALUE') }] as const;
    });
    return { line, example, flags: new Map([...described, ...everywhere]) };
  }
}

/** oclif has these two beside the flags of a command. */
const everywhere = ['json', 'help'].map((name) => [name, { description: '', value: '' }] as const);

/** A flag that takes any text, but not none at all: an empty variable of a script is a slip, and must not pass for a flag left out. */
export const textFlag = Flags.custom<string>({
  parse: async (input) => {
    if (input.trim() === '')
      throw usageError('Its value is empty.', 'Give it one; a variable of a script may be empty.');
    return input;
  },
});

export const stateFlag = textFlag({
  description: "foresync's own file: access history, runs and parameters.",
  default: 'foresync.db',
  env: 'FORESYNC_STATE',
  helpValue: 'FILE',
});

export const configFlag = textFlag({
  description: 'The replica group.',
  default: 'foresync.yaml',
  env: 'FORESYNC_CONFIG',
  helpValue: 'FILE',
});

/** Refuses a value by the flag's name, with exit code 64. */
export function usageError(message: string, hint?: string): ForesyncError {
  return new ForesyncError('usage', 'usage', message, hint === undefined ? {} : { hint });
}
