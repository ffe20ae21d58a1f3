import type { Command } from '@oclif/core';
import { CommandHelp } from '@oclif/core/help';

/** The help of one command, where oclif's own would say a thing twice or in a way that nobody can type. */
export class OneCommandHelp extends CommandHelp {
  /** All flags, each for itself: which of them do not go together, what they are for tells. oclif would nest them, and mix them up. */
  protected override defaultUsage(): string {
    const { args, flags } = this.command;
    const shown = Object.values(flags).filter(({ hidden, helpGroup }) => !hidden && helpGroup !== 'GLOBAL');
    const [needed, free] = [true, false].map((isNeeded) =>
      shown.filter(({ required = false }) => required === isNeeded).map(wordsOf),
    );
    return [
      '<%= command.id %>',
      ...Object.values(args ?? {})
        .filter(({ hidden }) => !hidden)
        .map((arg) => {
          const repeats = arg.multiple || this.command.strict === false;
          return this.arg({ ...arg, name: `${arg.name}${repeats ? '...' : ''}` });
        }),
      ...(needed ?? []),
      ...(free ?? []).map((words) => `[${words}]`),
    ].join(' ');
  }

  /** The summary stands above it. */
  protected override description(): string | undefined {
    const { description } = this.command;
    return description ? this.wrap(description) : undefined;
  }

  /** oclif adds `--json` itself. */
  protected override flags(flags: Command.Flag.Any[]) {
    return super.flags(
      flags.map((flag) => (flag.name === 'json' ? { ...flag, description: jsonDescription } : flag)),
    );
  }
}

const jsonDescription = 'Print the result, or the error, as one JSON object.';

function wordsOf(flag: Command.Flag.Cached): string {
  const name = `--${flag.type === 'boolean' && flag.allowNo ? '[no-]' : ''}${flag.name}`;
  if (flag.type === 'boolean') return name;
  const value = flag.helpValue ?? flag.options?.join('|') ?? '<value>';
  return `${name} ${value}${flag.multiple ? '...' : ''}`;
}
