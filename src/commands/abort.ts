import { randomUUID } from 'node:crypto';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, stateFlag } from '../cli/base-command.ts';
import { confirm } from '../cli/confirm.ts';
import { type ChosenRun, chooseToAbort } from '../cli/run-choice.ts';
import { openJournal, readStanding } from '../cli/run-standings.ts';
import { systemClock, systemWait } from '../core/clock.ts';
import { loadGroup } from '../core/group/config.ts';
import type { StateFile } from '../core/state/open.ts';
import { closeRun, releasePrefetches } from '../core/state/runs.ts';
import { endProcess } from '../core/sync/run-process.ts';
import { groupAsked, joinerOf, type RunRequest } from '../core/sync/run-request.ts';
import { type TakenAway, takeAway } from '../core/sync/take-away.ts';
import { printable, shortId } from '../core/text.ts';
import { nameOf } from '../ui/status-words.ts';
import { takenAwayLines } from '../ui/taken-away.ts';

interface AbortFlags {
  yes: boolean;
  'dry-run': boolean;
  config: string | undefined;
  state: string;
}

/** What the operator may not think of when asked whether to give up. */
function whatGoes(request: RunRequest): string {
  if (request.command !== 'add-replica' || request.publishAt !== 'hot-ready') return '';
  const { name, path } = request.joiner;
  return ` If its table is in ${printable(path)} at ${printable(name, 40)} with rows missing, it is dropped, whoever reads it.`;
}

export default class Abort extends BaseCommand {
  static override summary = 'Give a run up: end it, and take away all that it left.';
  static override description =
    'Ends the process of the run where it lives, then takes away its Delta Log at the lead, its Prefetch Caches at the donors and the half-built joiner, so that all are as they were. May be repeated. A replica that is in sync and in its place stays, and so does a prefetch that was there before the run; a table that appeared at hot-ready and still lacks rows is dropped from its file. Without a RUN it takes the newest that lives or has left something.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> 3f9a1c2b --yes',
  ];

  static override args = {
    run: Args.string({ ignoreStdin: true, description: 'A run, by its id or the beginning of it.' }),
  };

  static override flags = {
    yes: Flags.boolean({ char: 'y', default: false, description: 'Do not ask.' }),
    'dry-run': Flags.boolean({ default: false, description: 'Tell what would go, and change nothing.' }),
    config: Flags.string({
      description: "The replica group, where its file has moved. Default: the run's.",
      helpValue: 'FILE',
    }),
    state: stateFlag,
  };

  /** A run that lives is refused. */
  protected readonly onlyDead: boolean = false;

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Abort);
    const state = openJournal(flags.state);
    try {
      const chosen = chooseToAbort(state, args.run, { onlyDead: this.onlyDead });
      return await this.#abort(state, chosen, flags);
    } finally {
      state.close();
    }
  }

  async #abort(state: StateFile, { standing, request }: ChosenRun, flags: AbortFlags): Promise<unknown> {
    const { id, group: groupName, standing: was } = standing;
    const dryRun = flags['dry-run'];
    const what = `${shortId(id)}, ${nameOf(standing, 60)}`;
    const group = groupAsked(loadGroup(flags.config ?? request.config), request, standing);
    const joiner = request.command === 'add-replica' ? joinerOf(request) : undefined;
    if (!dryRun && !flags.yes) await confirm(`Give up ${what}?${whatGoes(request)}`, this.signal);
    const ended = dryRun ? undefined : await this.#end(standing);
    if (ended !== undefined && readStanding(state, id).standing === 'done') {
      this.log(`${what} came to its good end before it was stopped; nothing is left of it.`);
      return { runId: id, was, process: ended, outcome: 'done' };
    }
    const taken = await takeAway({
      group,
      joiner,
      dryRun,
      runtime: request.runtime,
      stallTimeoutMs: request.stallTimeoutMs,
      clock: systemClock,
      newId: randomUUID,
      signal: this.signal,
      onEvent: () => undefined,
    });
    const outcome = standing.run?.inSyncAtMs !== undefined && taken.hasTable ? 'done' : 'aborted';
    if (!dryRun) {
      closeRun(state, id, outcome, systemClock.nowMs());
      if (!taken.kept) releasePrefetches(state, groupName);
    }
    this.#tell(what, taken, { ended, dryRun, outcome });
    return { runId: id, was, process: ended, dryRun, outcome, ...taken };
  }

  async #end({ standing, process: owner }: ChosenRun['standing']) {
    if (standing !== 'running' || !owner) return undefined;
    return endProcess(owner, { clock: systemClock, wait: systemWait, signal: this.signal });
  }

  #tell(
    what: string,
    taken: TakenAway,
    { ended, dryRun, outcome }: { ended: string | undefined; dryRun: boolean; outcome: string },
  ): void {
    if (ended === 'stopped') this.log('Its process was stopped.');
    if (ended === 'killed') this.log('Its process did not stop, and was killed.');
    for (const line of takenAwayLines(taken, { dryRun })) this.log(line);
    if (dryRun) return;
    this.log(
      outcome === 'done' ? `${what}: its replica had been published, and stays.` : `${what} is aborted.`,
    );
  }
}
