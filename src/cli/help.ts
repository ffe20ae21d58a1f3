import type { Command } from '@oclif/core';
import { Help, standardizeIDFromArgv } from '@oclif/core/help';
import { OneCommandHelp } from './command-help.ts';
import { unknownCommand } from './command-not-found.ts';

/** What oclif shows for `--help`, with what a newcomer begins with, and without importing the command that it is about. */
export class TeachingHelp extends Help {
  protected override CommandHelpClass = OneCommandHelp;

  /** What is a command itself stands among the commands, with those below it. */
  protected override get sortedTopics() {
    return super.sortedTopics.filter(({ name }) => !this.config.findCommand(name));
  }

  protected override formatCommands(commands: Command.Loadable[]): string {
    const below = (id: string) => this.sortedCommands.filter((one) => one.id.startsWith(`${id}:`));
    return super.formatCommands(commands.flatMap((one) => [one, ...below(one.id)]));
  }

  override async showHelp(argv: string[]): Promise<void> {
    // The manifest has every default in words; oclif would import the command, and all that it stands on, to ask for them again.
    for (const command of this.config.commands) command.hasDynamicHelp = false;
    const [id = ''] = standardizeIDFromArgv(
      argv.filter((word) => word !== 'help' && !word.startsWith('-')),
      this.config,
    );
    if (id !== '' && !this.config.findCommand(id) && !this.config.findTopic(id))
      throw unknownCommand(id, this.config);
    await super.showHelp(argv);
  }

  protected override async showRootHelp(): Promise<void> {
    const { bin } = this.config;
    await super.showRootHelp();
    this.log(this.section('FIRST STEPS', firstSteps(bin)));
    this.log('');
    this.log(this.section('ENVIRONMENT', environment));
    this.log('');
    this.log(this.section('EXIT CODES', exitCodeWords));
    this.log('');
    this.log(`"${bin} help COMMAND" tells what a command does, with examples and all its flags.`);
  }
}

function firstSteps(bin: string): [string, string][] {
  return [
    [`$ ${bin} init`, 'describe the replicas that are there'],
    [`$ ${bin} analyze`, 'read their access logs'],
    [`$ ${bin} plan`, 'forecast what will be asked for'],
    [`$ ${bin} doctor`, 'look at all hosts'],
    [`$ ${bin} add-replica NAME ...`, 'add one more, hot rows first'],
    [`$ ${bin} metrics`, 'see what it was worth'],
  ];
}

const environment: [string, string][] = [
  ['FORESYNC_CONFIG', 'the replica group, instead of foresync.yaml (--config)'],
  ['FORESYNC_STATE', "foresync's own file, instead of foresync.db (--state)"],
  ['FORESYNC_NO_INPUT', '1: ask nothing, as with --no-input'],
  ['FORESYNC_PLAIN', '1: words alone, as with --plain; so does INK_SCREEN_READER'],
  ['FORESYNC_THEME', "light or dark: the terminal's ground, which COLORFGBG tells else"],
  ['FORESYNC_SSH', 'the ssh program'],
  ['FORESYNC_SSH_CONFIG', 'its configuration file'],
  ['FORESYNC_DEBUG', 'set: errors come with their stack'],
  ['FORESYNC_CONNINFO', 'how a subscription connects (--subscription-conninfo)'],
  ['PGPASSWORD, PGSERVICE', 'of stores at PostgreSQL, with all that libpq looks at'],
  ['CLICKHOUSE_PASSWORD', "of a ClickHouse URL's user"],
  ['NO_COLOR, FORCE_COLOR', 'never or always print in colours'],
  ['TERM', 'dumb: no colours, and lines in place of a screen'],
  ['LC_ALL, LC_CTYPE, LANG', 'not UTF-8: ASCII alone'],
];

const exitCodeWords: [string, string][] = [
  ['0', 'done'],
  ['3', 'a gate such as --fail-under was not met'],
  ['64, 65, 78', 'wrong usage, input that cannot be used, a wrong foresync.yaml'],
  ['69, 74, 76, 77', 'a host, a file or the other side failed, or permission is missing'],
  ['70', "a defect of foresync's"],
  ['73', 'refused, because something is there already'],
  ['75', 'stopped; "foresync resume" goes on'],
  ['79', 'the new replica could not be made equal'],
  ['130, 143', 'interrupted, with nothing to go on with'],
];
