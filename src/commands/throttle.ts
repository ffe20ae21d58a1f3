import { Args, Flags } from '@oclif/core';
import { BaseCommand, stateFlag } from '../cli/base-command.ts';
import { nextStep, sameFiles } from '../cli/next-step.ts';
import { parseRate } from '../cli/rate.ts';
import { severalRuns } from '../cli/run-choice.ts';
import { openJournal, readStanding, readStandings } from '../cli/run-standings.ts';
import { ForesyncError } from '../core/errors.ts';
import type { StateFile } from '../core/state/open.ts';
import { changeRunControl, type RunControl, readRunControl } from '../core/state/run-controls.ts';
import type { RunStanding } from '../core/sync/run-standing.ts';
import { printable, shortId } from '../core/text.ts';
import { formatByteRate } from '../ui/format.ts';

export default class Throttle extends BaseCommand {
  static override summary = 'Limit how fast a running add-replica sends, or let it wait, from another shell.';
  static override description =
    'Takes effect within a second, and holds until the run ends or something else is said. The limit is of what goes to the joiner, after compression; each donor sends its part of it. A run that is paused reads nothing more; what is under way arrives, and the Delta Log goes on noting what changes. Its limit stays.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> 20MiB/s',
    '<%= config.bin %> <%= command.id %> off',
    '<%= config.bin %> <%= command.id %> pause',
    '<%= config.bin %> <%= command.id %> resume',
  ];

  static override args = {
    rate: Args.string({
      ignoreStdin: true,
      required: true,
      description: "Bytes a second, such as 20MiB/s, or 'off'; 'pause' or 'resume'.",
    }),
    run: Args.string({
      ignoreStdin: true,
      description: 'The run, or the beginning of its id. Default: the only one that runs.',
    }),
  };

  static override flags = {
    'dry-run': Flags.boolean({
      default: false,
      description: 'Tell which run it would be, and change nothing.',
    }),
    state: stateFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Throttle);
    const change = changeIn(args.rate);
    const state = openJournal(flags.state);
    try {
      const run = runningOne(state, args.run);
      const dryRun = flags['dry-run'];
      if (!dryRun) changeRunControl(state, run.id, change);
      const wanted = { ...readRunControl(state.db, run.id), ...change };
      const what = `Run ${shortId(run.id)}, ${printable(run.joiner ?? run.group)}`;
      const words = controlWords(change, wanted.bytesPerSecond);
      this.log(dryRun ? `${what}: it would be told ${words}.` : `${what}: ${words}.`);
      if (!dryRun) this.log(nextStep(`foresync status ${shortId(run.id)} --watch${sameFiles(flags)}`));
      const { bytesPerSecond = null, isPaused = false } = wanted;
      return { runId: run.id, bytesPerSecond, isPaused, dryRun };
    } finally {
      state.close();
    }
  }
}

function changeIn(text: string): Partial<RunControl> {
  if (text === 'pause' || text === 'resume') return { isPaused: text === 'pause' };
  return { bytesPerSecond: text === 'off' ? undefined : parseRate(text) };
}

function controlWords({ isPaused }: Partial<RunControl>, bytesPerSecond: number | undefined): string {
  const limit = bytesPerSecond === undefined ? 'no limit' : `at most ${formatByteRate(bytesPerSecond)}`;
  if (isPaused === undefined) return limit;
  return isPaused ? 'paused' : `goes on, ${limit}`;
}

/** A run that died without a word is still journalled as one that runs, so its process is asked for. */
function runningOne(state: StateFile, id: string | undefined): RunStanding {
  if (id !== undefined) {
    const named = readStanding(state, id);
    if (isSending(named)) return named;
    throw noneRuns(`Run ${shortId(named.id)} is no add-replica that is under way.`);
  }
  const running = readStandings(state).filter(isSending);
  const [run, another] = running;
  if (!run) throw noneRuns(`No add-replica is under way in ${printable(state.path)}.`);
  if (another) throw severalRuns(running, 'throttle RATE');
  return run;
}

function isSending({ standing, command }: RunStanding): boolean {
  return standing === 'running' && command === 'add-replica';
}

function noneRuns(message: string): ForesyncError {
  return new ForesyncError('usage', 'none-runs', message, {
    hint: "'foresync status' lists the runs; --state names another state file.",
  });
}
