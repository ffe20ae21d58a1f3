import { existsSync } from 'node:fs';
import path from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, stateFlag, usageError } from '../cli/base-command.ts';
import { type Gate, judge } from '../cli/gate.ts';
import { nextStep, sameFiles } from '../cli/next-step.ts';
import { patternFlags } from '../cli/pattern-flags.ts';
import { probabilityFlag } from '../cli/probability-flag.ts';
import { readStandings } from '../cli/run-standings.ts';
import { parseColumns } from '../core/access-log/columns.ts';
import { formats, type LayoutChoice } from '../core/access-log/layout.ts';
import { openLogFile, openStream } from '../core/access-log/log-file.ts';
import { systemClock } from '../core/clock.ts';
import type { ForesyncError } from '../core/errors.ts';
import { openHistory } from '../core/history/open-history.ts';
import { type LogToMeasure, measureRun } from '../core/metrics/measure-run.ts';
import { type RunReport, reportOf } from '../core/metrics/run-report.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { listParameterChanges, listParameters } from '../core/state/parameters.ts';
import { listRuns, type RunChoice, readRun, type StoredRun } from '../core/state/runs.ts';
import { printable, shortId } from '../core/text.ts';
import { type Tuning, tuneByRun } from '../core/tuning/tune-by-run.ts';
import { formatCounted } from '../ui/format.ts';
import { rejectedLines } from '../ui/metrics-log.ts';
import { type Brush, brushFor } from '../ui/metrics-paint.ts';
import { parameterLines, tuningLines } from '../ui/metrics-parameters.ts';
import { runDetails } from '../ui/metrics-run.ts';
import { runsTable } from '../ui/metrics-table.ts';

const shownChanges = 10;

export default class Metrics extends BaseCommand {
  static override summary = 'Show what past runs cost and what their forecasts were worth.';
  static override description =
    `Lists the runs that the state file keeps, with the parameters that the next plan uses and how they came about.
With an access log of the joiner it measures the hit rate that came true, keeps it with the run, and tunes the parameters by one small step each where the log gives ground for it.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 3f9a1c2b',
    '<%= config.bin %> <%= command.id %> 3f9a1c2b --log /srv/shop/access-eu-west.csv',
  ];
  static override args = {
    run: Args.string({
      // oclif would take standard input for the argument, and wait for it, wherever it is no terminal.
      ignoreStdin: true,
      description: 'A run, by its id or the beginning of it; the newest add-replica where a log is given.',
    }),
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
    'fail-under': probabilityFlag({
      description:
        "Exit with 3 where the plan hit rate that came true (planHitRate of the run) is under this. Before the joiner's log was measured nothing is judged, and the exit code is 65.",
    }),
    'dry-run': Flags.boolean({ default: false, description: 'Measure and tell, but keep and tune nothing.' }),
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
    const failUnder = flags['fail-under'];
    const one =
      args.run !== undefined || flags.log !== undefined || flags.tune === true || failUnder !== undefined;
    // Looking at what is not there must not leave an empty state file behind.
    if (!existsSync(flags.state)) {
      if (one) throw noRuns(flags.state);
      return this.sayNoRuns();
    }
    const state = openState(flags.state);
    try {
      if (!one) return this.list(state, flags.limit);
      const run = args.run === undefined ? newestJoin(state) : readRun(state, args.run);
      const shown = await this.show(state, run, {
        ...flags,
        columns,
        keyPattern: flags['key-pattern'],
        dryRun: flags['dry-run'],
      });
      const gate = failUnder === undefined ? undefined : judgeRun(shown.run, failUnder);
      return { ...shown, gate };
    } finally {
      state.close();
    }
  }

  private list(state: StateFile, limit: number): unknown {
    const { runs: stored, tries } = begunRuns(state, { limit });
    const runs = stored.map(reportOf);
    if (runs.length === 0) return this.sayNoRuns();
    const parameters = listParameters(state);
    const changes = listParameterChanges(state, { limit: shownChanges });
    const brush = this.brush();
    const left = `Not listed: ${formatCounted(tries, 'try', 'tries')} that ended before anything had begun.`;
    this.print([
      ...['', ...runsTable(runs, brush), ...(tries === 0 ? [] : [`  ${brush.paint('quiet', left)}`])],
      ...['', ...parameterLines(parameters, changes, brush)],
    ]);
    const newest = runs.find(({ command }) => command === 'add-replica');
    if (newest && !this.jsonEnabled()) this.suggest(newest, false, state.path);
    return { runs, parameters, parameterChanges: changes };
  }

  private async show(state: StateFile, stored: StoredRun, options: ShowOptions) {
    const nowMs = systemClock.nowMs();
    const { report: run, logs } = options.log
      ? await this.measure(state, stored, options, nowMs)
      : { report: reportOf(stored), logs: [] };
    const tuning =
      (options.tune ?? options.log !== undefined)
        ? await tune(state, run, { nowMs, dryRun: options.dryRun, signal: this.signal })
        : [];
    const brush = this.brush();
    this.print(['', ...runDetails(run, brush), ...logs.flatMap((log) => rejectedLines(log, brush))]);
    const tuningTitle = options.dryRun ? 'What this run would tune' : 'Tuning by this run';
    if (tuning.length > 0)
      this.print(['', `  ${brush.paint('strong', tuningTitle)}`, ...tuningLines(tuning, brush)]);
    if (!this.jsonEnabled() && !options.dryRun) this.suggest(run, options.log !== undefined, state.path);
    const changes = listParameterChanges(state, { runId: run.id, limit: shownChanges });
    if (options.dryRun) this.print(['', '  Nothing was kept or tuned.']);
    return {
      dryRun: options.dryRun,
      run,
      logs,
      tuning,
      parameters: listParameters(state),
      parameterChanges: changes,
    };
  }

  /** A forecast is worth something once it was measured, and the next one is made of that. */
  private suggest({ id, command, cameTrue }: RunReport, isMeasured: boolean, file: string): void {
    const state = path.relative('.', file);
    if (isMeasured || cameTrue !== undefined) this.log(nextStep(`foresync plan${sameFiles({ state })}`));
    else if (command === 'add-replica')
      this.log(nextStep(`foresync metrics ${shortId(id)} --log FILE${sameFiles({ state })}`));
  }

  private measure(
    state: StateFile,
    run: StoredRun,
    { log = [], format, columns, keyPattern, pattern, dryRun }: ShowOptions,
    nowMs: number,
  ) {
    const history = openHistory(state);
    return measureRun(state, run, {
      logs: log.map(toMeasure),
      format,
      columns,
      keyPattern,
      pattern,
      history,
      keep: !dryRun,
      nowMs,
      signal: this.signal,
    });
  }

  private sayNoRuns(): unknown {
    this.print([
      "No runs yet. The first 'foresync add-replica' will be listed here, with what its forecast was worth.",
    ]);
    return { runs: [] };
  }

  private brush(): Brush {
    return brushFor(process.argv, process.env);
  }

  private print(lines: readonly string[]): void {
    if (!this.jsonEnabled()) this.log(lines.join('\n'));
  }
}

interface ShowOptions extends LayoutChoice {
  log?: string[] | undefined;
  tune?: boolean | undefined;
  dryRun: boolean;
}

function toMeasure(file: string): LogToMeasure {
  return { name: file, open: () => (file === '-' ? openStream(process.stdin) : openLogFile(file)) };
}

async function tune(
  state: StateFile,
  run: RunReport,
  options: { nowMs: number; dryRun: boolean; signal: AbortSignal },
): Promise<Tuning[]> {
  const { figures, cameTrue } = run;
  if (!figures) return [];
  return tuneByRun(state, run, { figures, cameTrue }, { ...options, history: openHistory(state) });
}

function judgeRun({ id, planHitRate }: RunReport, failUnder: number): Gate {
  return judge(failUnder, planHitRate, {
    what: 'The plan hit rate that came true',
    unknown: 'No plan hit rate has come true yet: there is nothing to judge.',
    hint: `Measure it by the joiner's log: 'foresync metrics ${shortId(id)} --log FILE'.`,
  });
}

/** Runs that began, newest first; of the newest `tries` did not, and have no figures. */
function begunRuns(state: StateFile, choice: RunChoice & { limit: number }) {
  const tries = new Set(readStandings(state).flatMap(({ wasRefused, id }) => (wasRefused ? [id] : [])));
  const runs = listRuns(state, { ...choice, limit: choice.limit + tries.size });
  return { runs: runs.filter(({ id }) => !tries.has(id)).slice(0, choice.limit), tries: tries.size };
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
