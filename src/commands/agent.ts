import { Flags } from '@oclif/core';
import { BaseCommand, textFlag, usageError } from '../cli/base-command.ts';
import { Heartbeat } from '../core/agent/heartbeat.ts';
import { serveLocked } from '../core/agent/locked-agent.ts';
import { giveWay } from '../core/agent/priority.ts';
import { type Role, roles } from '../core/agent/roles.ts';
import { parseStore } from '../core/group/store-spec.ts';
import { onlySqlite } from '../core/sync/engines.ts';

export default class Agent extends BaseCommand {
  static override summary = 'Be the agent of one table, for a forced command in authorized_keys.';
  static override description =
    'A key that is locked to this command reaches one table, in one role and with --store in one file, and nothing else on the host. A donor gives its rows and keeps its own capture and Prefetch Cache there; a joiner writes that table, and a file of its own beside the store. Whatever else is asked for is refused, and nothing is uploaded. It speaks over standard input and output until its input ends; what ssh was asked to run is ignored. docs/SECURITY.md says more.';

  static override examples = [
    {
      description:
        'In ~/.ssh/authorized_keys of a donor, all on one line, without any break that you see here:',
      command:
        'command="<%= config.bin %> <%= command.id %> --role donor --store sqlite:/srv/shop/shop.db --only-table items",restrict ssh-ed25519 AAAA... operator',
    },
  ];

  /** Standard output is the protocol's. */
  static override enableJsonFlag = false;

  static override flags = {
    role: Flags.option({ options: roles, required: true, description: 'What the host is for the table.' })(),
    store: Flags.string({
      description: 'The only file, as sqlite:PATH. Without it, any file that the login may use.',
      helpValue: 'STORE',
    }),
    'only-table': textFlag({ required: true, description: 'The only table.', helpValue: 'TABLE' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Agent);
    const spec = flags.store === undefined ? undefined : parseStore(flags.store, undefined);
    if (spec) onlySqlite(spec, 'foresync agent, which locks a key to a file,');
    const store = spec?.path;
    const { stdin, stdout } = process;
    if (stdin.isTTY)
      throw usageError('An agent speaks to foresync, not to a terminal.', 'Put it into authorized_keys.');
    this.signal.addEventListener('abort', () => stdin.destroy());
    const role: Role = flags.role;
    giveWay();
    const lock = { role, store, table: flags['only-table'] };
    await serveLocked(stdin, stdout, lock, new Heartbeat(stdout.fd));
  }
}
