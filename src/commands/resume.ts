import { Args, Flags } from '@oclif/core';
import { addInFrame } from '../cli/add-in-frame.ts';
import { BaseCommand, stateFlag } from '../cli/base-command.ts';
import { handOverAgain, handOverFlags } from '../cli/hand-over-flags.ts';
import { type ChosenPlan, keptPlan } from '../cli/plan-choice.ts';
import { progressFlag } from '../cli/progress-flag.ts';
import { chooseToResume } from '../cli/run-choice.ts';
import { openJournal } from '../cli/run-standings.ts';
import { tell } from '../cli/tell.ts';
import { loadGroup } from '../core/group/config.ts';
import { type AddReplicaRequest, groupAsked, joinerOf } from '../core/sync/run-request.ts';
import { printable, shortId } from '../core/text.ts';

export default class Resume extends BaseCommand {
  static override summary = 'Go on with an add-replica that was stopped, failed or died.';
  static override description =
    'Does what the same add-replica command would do, from any folder: with the joiner, plan, threshold and lead that the state file keeps. Without a RUN it takes the newest that can be gone on with.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 3f9a1c2b --json',
  ];

  static override args = {
    run: Args.string({ ignoreStdin: true, description: 'A run, by its id or the beginning of it.' }),
  };

  static override flags = {
    config: Flags.string({
      description: "The replica group, where its file has moved. Default: the run's.",
      helpValue: 'FILE',
    }),
    'dry-run': Flags.boolean({
      default: false,
      description: 'Look at all hosts and tell what would be done, but do nothing.',
    }),
    'subscription-conninfo': handOverFlags['subscription-conninfo'],
    progress: progressFlag,
    state: stateFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Resume);
    const { id, request: kept, plan, asked } = this.#chosen(args.run, flags.state);
    const group = groupAsked(loadGroup(flags.config ?? kept.config), kept, asked);
    const { request, handOver, serveSql } = handOverAgain(kept, flags, { group, joiner: joinerOf(kept) });
    tell(`Going on with ${shortId(id)}: add-replica ${printable(request.joiner.name)}`);
    return addInFrame({
      request: { ...request, config: group.file },
      group,
      plan,
      handOver,
      serveSql,
      restart: false,
      dryRun: flags['dry-run'],
      stateFile: flags.state,
      json: this.jsonEnabled(),
      progress: flags.progress,
      signal: this.signal,
      log: (text) => this.log(text),
    });
  }

  #chosen(
    wanted: string | undefined,
    file: string,
  ): {
    id: string;
    request: AddReplicaRequest;
    plan: ChosenPlan | undefined;
    asked: { group: string; table: string };
  } {
    const state = openJournal(file);
    try {
      const { standing, request } = chooseToResume(state, wanted);
      return { id: standing.id, request, plan: keptPlan(state, standing.id, request), asked: standing };
    } finally {
      state.close();
    }
  }
}
