import { existsSync } from 'node:fs';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, stateFlag, textFlag, usageError } from '../cli/base-command.ts';
import { begunRuns } from '../cli/begun-runs.ts';
import { writeForCollector } from '../cli/metrics-collector.ts';
import { compareMetrics } from '../cli/metrics-compare.ts';
import { listMetrics } from '../cli/metrics-list.ts';
import { metricsContext } from '../cli/metrics-page.ts';
import { showMetrics } from '../cli/metrics-run.ts';
import { tuningHistory } from '../cli/metrics-tuning.ts';
import { patternFlags } from '../cli/pattern-flags.ts';
import { probabilityFlag } from '../cli/probability-flag.ts';
import { parseColumns } from '../core/access-log/columns.ts';
import { formats } from '../core/access-log/layout.ts';
import type { ForesyncError } from '../core/errors.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { readRun, type StoredRun } from '../core/state/runs.ts';
import { printable } from '../core/text.ts';

export default class Metrics extends BaseCommand {
  static override summary = 'Show what past runs cost and what their forecasts were worth.';
  static override description =
    `Lists the runs that the state file keeps, with what changed from one to the next, the parameters that the next plan uses and how they came about. Of two runs it shows one beside the other.
With an access log of the joiner it measures what came true: the hit rate and from when on it was reached, what the plan sent that nobody read, and how its confidence and its expected times came out. That is kept with the run, and tunes the parameters by one small step each where the log gives ground for it. The log of add-replica --serve is taken from the joiner's host by itself, and says of each read whether it hit; by another log that is modelled. Where both cover the same time, the joiner's own counts.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 3f9a1c2b',
    '<%= config.bin %> <%= command.id %> 3f9a1c2b --log /srv/shop/access-eu-west.csv',
    '<%= config.bin %> <%= command.id %> 3f9a1c2b 8d07e5f4',
    '<%= config.bin %> <%= command.id %> --prometheus foresync.prom',
    '<%= config.bin %> <%= command.id %> --tuning',
  ];
  static override args = {
    run: Args.string({
      // oclif would take standard input for the argument, and wait for it, wherever it is no terminal.
      ignoreStdin: true,
      description: 'A run, by its id or the beginning of it; the newest add-replica where a log is given.',
    }),
    other: Args.string({ ignoreStdin: true, description: 'Another one, which is set beside the first.' }),
  };
  static override flags = {
    log: Flags.string({
      description: "An access log of the joiner, '-' for standard input; may be repeated.",
      helpValue: 'FILE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    format: Flags.option({
      options: formats,
      description: "The log's format, where it is not seen from its lines.",
    })(),
    columns: Flags.string({ description: "The log's columns, such as time,op,key,size.", helpValue: 'LIST' }),
    ...patternFlags,
    tune: Flags.boolean({
      description: 'Tune the parameters by this run; the default with --log.',
      allowNo: true,
    }),
    tuning: Flags.boolean({
      default: false,
      description: 'Show every parameter over the runs, and all steps with their reasons.',
      exclusive: ['log', 'tune', 'fail-under', 'prometheus'],
    }),
    'fail-under': probabilityFlag({
      description:
        "Exit with 3 where the share of reads of planned keys (planHitRate of the run) is under this. Before the joiner's log was measured nothing is judged, and the exit code is 65.",
    }),
    prometheus: textFlag({
      description:
        'Write the newest run of each joiner to this file, as the textfile collector of the Prometheus node exporter takes it: in place of what was there, by a rename.',
      helpValue: 'FILE',
      exclusive: ['log', 'tune', 'fail-under'],
    }),
    'dry-run': Flags.boolean({
      default: false,
      description: 'Measure and tell, but keep, tune and write nothing.',
    }),
    limit: Flags.integer({
      description: 'How many runs are listed.',
      default: 20,
      min: 1,
      max: 10_000,
      helpValue: 'N',
    }),
    state: stateFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Metrics);
    const columns = flags.columns === undefined ? undefined : parseColumns(flags.columns);
    const { log: logs = [], tune, 'fail-under': failUnder, 'dry-run': dryRun } = flags;
    const { 'key-pattern': keyPattern, format, pattern, prometheus, limit } = flags;
    const hasLayout = { format, columns, keyPattern, pattern };
    refuseTogether({ ...args, prometheus, logs, tune, failUnder });
    // Looking at what is not there must not leave an empty state file behind.
    const isThere = existsSync(flags.state);
    const one = args.run !== undefined || logs.length > 0 || tune === true || failUnder !== undefined;
    if (!isThere && one) throw noRuns(flags.state);
    if (!isThere && prometheus === undefined) return this.sayNoRuns();
    const state = isThere ? openState(flags.state) : undefined;
    try {
      if (!state || prometheus !== undefined)
        return await writeForCollector(prometheus ?? '', state, {
          dryRun,
          print: (lines) => !this.jsonEnabled() && this.log(lines.join('\n')),
        });
      const context = metricsContext(state, {
        json: this.jsonEnabled(),
        signal: this.signal,
        log: (text) => this.log(text),
      });
      if (flags.tuning) return tuningHistory(context, args.run);
      if (!one) return (await listMetrics(context, { limit, dryRun })) ?? this.sayNoRuns();
      const run = args.run === undefined ? newestJoin(state) : readRun(state, args.run);
      if (args.other !== undefined) return compareMetrics(context, [run, readRun(state, args.other)]);
      return await showMetrics(context, run, { ...hasLayout, logs, tune, dryRun, failUnder });
    } finally {
      state?.close();
    }
  }

  private sayNoRuns(): unknown {
    if (!this.jsonEnabled())
      this.log(
        "No runs yet. The first 'foresync add-replica' will be listed here, with what its forecast was worth.",
      );
    return { runs: [] };
  }
}

/** Runs that are compared were measured before, and a collector's file is of many runs. */
function refuseTogether(given: {
  run?: string | undefined;
  other?: string | undefined;
  prometheus: string | undefined;
  logs: readonly string[];
  tune: boolean | undefined;
  failUnder: number | undefined;
}): void {
  if (given.prometheus !== undefined && given.run !== undefined)
    throw usageError(
      '--prometheus writes the newest run of each joiner, and takes none by its id.',
      'Leave out the run.',
    );
  if (given.other !== undefined && (given.logs.length > 0 || given.tune || given.failUnder !== undefined))
    throw usageError('Two runs are compared by what was measured before.', 'Measure one run at a time.');
}

function newestJoin(state: StateFile): StoredRun {
  const [run] = begunRuns(state, { command: 'add-replica', limit: 1 }).runs;
  if (!run) throw noRuns(state.path);
  return run;
}

function noRuns(file: string): ForesyncError {
  return usageError(
    `No run is kept in ${printable(file)}.`,
    "Run 'foresync add-replica' first, or name the state file with --state.",
  );
}
