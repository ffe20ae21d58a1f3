import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { bashScript } from '../cli/completion/bash.ts';
import { fishScript } from '../cli/completion/fish.ts';
import { completedCommands } from '../cli/completion/words.ts';
import { zshScript } from '../cli/completion/zsh.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
const shells = Object.keys(scripts) as (keyof typeof scripts)[];

export default class Completion extends BaseCommand {
  static override summary = 'Print a script that has a shell complete commands, flags and their values.';
  static override description =
    'The script knows all commands and flags of this version, and needs neither foresync nor a network while it completes. Print it again after an upgrade, or have it printed when the shell starts.';

  static override examples = [
    {
      description: 'bash, in ~/.bashrc:',
      command: 'source <(<%= config.bin %> <%= command.id %> bash)',
    },
    {
      description: 'zsh, in ~/.zshrc after compinit:',
      command: 'source <(<%= config.bin %> <%= command.id %> zsh)',
    },
    {
      description: 'fish, once:',
      command: '<%= config.bin %> <%= command.id %> fish > ~/.config/fish/completions/<%= config.bin %>.fish',
    },
  ];

  static override args = {
    shell: Args.string({ ignoreStdin: true, required: true, options: shells, description: 'The shell.' }),
  };

  async run(): Promise<unknown> {
    const { args } = await this.parse(Completion);
    const shell = args.shell as keyof typeof scripts;
    const script = scripts[shell](this.config.bin, completedCommands(this.config.commands));
    this.printAsIs(script.trimEnd());
    return { shell, script };
  }
}
