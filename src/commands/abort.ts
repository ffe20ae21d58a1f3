import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, stateFlag } from '../cli/base-command.ts';
import { canAsk, choose, confirm } from '../cli/confirm.ts';
import { nextStep, sameFiles } from '../cli/next-step.ts';
import { type ChosenRun, choiceWords, chooseToAbort, type NothingLeft } from '../cli/run-choice.ts';
import { openJournal, readStanding } from '../cli/run-standings.ts';
import { runWithSlot, takeNamedSlot } from '../cli/slot-taking.ts';
import { systemClock, systemWait } from '../core/clock.ts';
import { loadGroup } from '../core/group/config.ts';
import type { StateFile } from '../core/state/open.ts';
import { closeRun, releasePrefetches } from '../core/state/runs.ts';
import { isSlotName } from '../core/sync/postgres/slots.ts';
import { endProcess } from '../core/sync/run-process.ts';
import { groupAsked, joinerOf, type RunRequest } from '../core/sync/run-request.ts';
import type { RunStanding } from '../core/sync/run-standing.ts';
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

/** It may be the wrong folder. */
function noJournal(file: string): string {
  return `There is no state file ${printable(file)}, so no run was kept in it: there is nothing to take away.`;
}

/** A run that is in sync, and goes on for as long as it is let. */
function isFollowing({ standing, run }: RunStanding): boolean {
  return standing === 'running' && run?.follow !== undefined;
}

/** What the operator may not think of when asked. */
function whatGoes(request: RunRequest, standing: RunStanding): string {
  if (isFollowing(standing)) return ' Its replica stays.';
  if (request.command !== 'add-replica' || request.publishAt !== 'hot-ready') return '';
  const { name, path } = request.joiner;
  return ` If its table is in ${printable(path)} at ${printable(name, 40)} with rows missing, it is dropped, whoever reads it.`;
}

export default class Abort extends BaseCommand {
  static override summary = 'Give a run up: end it, and take away all that it left.';
  static override description =
    'Ends the process of the run where it lives, then takes away its Delta Log at the lead, its Prefetch Caches at the donors and the half-built joiner, so that all are as they were. May be repeated. A replica that is in sync and in its place stays, and so does a prefetch that was there before the run; a table that appeared at hot-ready and still lacks rows is dropped from its file, which stays, as applications may have it open. A run that follows its replica ends well by it. Where nothing is left, that is said, and no failure. Without a RUN it takes the only one that lives or has left something; of several it asks which, and refuses to guess where nobody can be asked. A replication slot that a run of another folder has left is taken by its name, at the lead of --config or foresync.yaml; one that somebody reads, or that is kept for a subscription, is refused. A publication of foresync that has no slot, as DROP SUBSCRIPTION leaves it, is taken by its name too. A PostgreSQL joiner that cannot be reached holds nothing up: the slot goes, and what stays there is told.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> 3f9a1c2b --yes',
  ];

  static override args = {
    run: Args.string({
      ignoreStdin: true,
      description: 'A run, by its id or the beginning of it; or a slot at a PostgreSQL lead, by its name.',
    }),
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

  protected question(what: string, standing: RunStanding): string {
    return isFollowing(standing) ? `End ${what}?` : `Give up ${what}?`;
  }

  /** Said at the end, of a run whose replica is not there. */
  protected done(what: string): string {
    return `${what} is aborted.`;
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Abort);
    if (args.run !== undefined && isSlotName(args.run)) {
      const run = runWithSlot(flags.state, args.run);
      if (run === undefined)
        return takeNamedSlot(args.run, flags, { log: (line) => this.log(line), signal: this.signal });
      args.run = run;
    }
    if (args.run === undefined && !existsSync(flags.state))
      return this.#sayNothing({ nothingLeft: noJournal(flags.state) }, flags);
    const state = openJournal(flags.state);
    try {
      const chosen = await chooseToAbort(state, args.run, {
        command: this.id ?? 'abort',
        onlyDead: this.onlyDead,
        askWhich: flags.yes || !canAsk() ? undefined : (runs) => this.#askWhich(runs),
      });
      return 'nothingLeft' in chosen
        ? this.#sayNothing(chosen, flags)
        : await this.#abort(state, chosen, flags);
    } finally {
      state.close();
    }
  }

  /** That is no failure: whoever cleans up after anything may do so always. */
  #sayNothing({ nothingLeft, standing }: NothingLeft, flags: AbortFlags): unknown {
    this.log(nothingLeft);
    return { runId: standing?.id, was: standing?.standing, outcome: 'nothing', dryRun: flags['dry-run'] };
  }

  async #abort(state: StateFile, { standing, request }: ChosenRun, flags: AbortFlags): Promise<unknown> {
    const { id, group: groupName, standing: was } = standing;
    const dryRun = flags['dry-run'];
    const what = `${shortId(id)}, ${nameOf(standing, 60)}`;
    const group = groupAsked(loadGroup(flags.config ?? request.config), request, standing);
    const joiner = request.command === 'add-replica' ? joinerOf(request) : undefined;
    if (!dryRun && !flags.yes)
      await confirm(`${this.question(what, standing)}${whatGoes(request, standing)}`, this.signal);
    const ended = dryRun ? undefined : await this.#end(standing);
    if (ended !== undefined && readStanding(state, id).standing === 'done') {
      this.#tellEnd(ended);
      const how = isFollowing(standing)
        ? 'is not followed any longer'
        : 'was in sync before it could be stopped';
      this.log(`${what} ${how}: its replica stays, and nothing else is left of it.`);
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
    // One of which something stays can be given up again.
    if (!dryRun && !taken.stays) {
      closeRun(state, id, outcome, systemClock.nowMs());
      if (!taken.kept) releasePrefetches(state, groupName);
    }
    if (dryRun) this.#foretell(standing, taken, outcome);
    else this.#tell(what, taken, { ended, outcome, stateOption: sameFiles({ state: flags.state }) });
    return { runId: id, was, process: ended, dryRun, outcome, ...taken };
  }

  async #end({ standing, process: owner }: ChosenRun['standing']) {
    if (standing !== 'running' || !owner) return undefined;
    return endProcess(owner, { clock: systemClock, wait: systemWait, signal: this.signal });
  }

  async #askWhich(runs: readonly RunStanding[]): Promise<RunStanding> {
    return choose(runs, { describe: choiceWords, signal: this.signal });
  }

  #foretell({ standing, process: owner }: RunStanding, taken: TakenAway, outcome: string): void {
    if (standing === 'running' && owner)
      this.log(`Its process ${owner.pid} at ${printable(owner.host, 40)} would be ended.`);
    for (const line of takenAwayLines(taken, { dryRun: true })) this.log(line);
    if (outcome === 'done') this.log('Its replica is in sync and in its place, and would stay.');
  }

  #tell(
    what: string,
    taken: TakenAway,
    { ended, outcome, stateOption }: { ended: string | undefined; outcome: string; stateOption: string },
  ): void {
    this.#tellEnd(ended);
    for (const line of takenAwayLines(taken, { dryRun: false })) this.log(line);
    if (taken.stays) this.log(`${what}: all else of it is taken away.`);
    else
      this.log(
        outcome === 'done' ? `${what}: its replica is in sync and in its place, and stays.` : this.done(what),
      );
    this.log(nextStep(`foresync status${stateOption}`));
  }

  #tellEnd(ended: string | undefined): void {
    if (ended === 'stopped') this.log('Its process was stopped.');
    if (ended === 'killed') this.log('Its process did not stop, and was killed.');
  }
}
