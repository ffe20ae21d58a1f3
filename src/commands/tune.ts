import { existsSync } from 'node:fs';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, configFlag, stateFlag, usageError } from '../cli/base-command.ts';
import { nextStep, sameFiles } from '../cli/next-step.ts';
import { parseParameterName, parseSetting } from '../cli/parameter-flag.ts';
import { toldStanding } from '../cli/tuning-json.ts';
import { systemClock } from '../core/clock.ts';
import { ForesyncError } from '../core/errors.ts';
import { loadGroup } from '../core/group/config.ts';
import { usualPrices } from '../core/group/prices.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { listParameterChanges, type ParameterChange } from '../core/state/parameter-steps.ts';
import { freezeParameter, setParameter, undoSteps } from '../core/state/parameter-wishes.ts';
import { parameterNames, readStandings, usualParameters } from '../core/state/parameters.ts';
import { printable } from '../core/text.ts';
import { brushFor } from '../ui/metrics-paint.ts';
import { changedLines, tuneLines } from '../ui/tune-page.ts';

const several = { multiple: true, multipleNonGreedy: true, delimiter: ',' } as const;
const mostSteps = 1000;
const searchedSteps = 10_000;

/** What a command line wants changed; nothing where it only looks. */
interface Wishes {
  settings: ReturnType<typeof parseSetting>[];
  freeze: ReturnType<typeof parseParameterName>[];
  unfreeze: ReturnType<typeof parseParameterName>[];
  undo: number | undefined;
}

type Change = Omit<ParameterChange, 'id'>;

export default class Tune extends BaseCommand {
  static override summary = 'Show the parameters that runs tune, set or freeze them, or take steps back.';
  static override description =
    `Plans and runs go by these parameters where no flag says otherwise. 'foresync metrics' tunes them by what came true of a run, a small step at a time, if a backtest bears it out; every step is kept with its reason, which 'foresync metrics --tuning' shows.
A parameter that is frozen stays as it is. What was set by hand is tuned from there on, unless it is frozen too.
Parameters: min-confidence, horizon, half-life, decay-weight (of the decayed count beside learned forests), budget-keys, budget-bytes, prefetch-timeout, order (of hot rows: reads, reads-per-byte or early-value). NAME=default goes back to what holds without tuning.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --set half-life=36h --set min-confidence=0.4',
    '<%= config.bin %> <%= command.id %> --freeze horizon,half-life',
    '<%= config.bin %> <%= command.id %> --undo 2',
  ];
  static override args = {
    steps: Args.custom<number>({ parse: async (text) => parseSteps(text) })({
      ignoreStdin: true,
      description: 'With --undo: how many steps; the last one by default.',
    }),
  };
  static override flags = {
    set: Flags.string({
      ...several,
      description: 'Set these parameters. May be repeated.',
      helpValue: 'NAME=VALUE',
      exclusive: ['undo'],
    }),
    freeze: Flags.string({
      ...several,
      description: 'Keep these parameters as they are, whatever runs say.',
      helpValue: 'NAME',
      exclusive: ['undo'],
    }),
    unfreeze: Flags.string({
      ...several,
      description: 'Let runs tune these parameters again.',
      helpValue: 'NAME',
      exclusive: ['undo'],
    }),
    undo: Flags.boolean({
      default: false,
      description: 'Take back the last step that a run or --set made, or so many.',
    }),
    'dry-run': Flags.boolean({ default: false, description: 'Tell what would change, and change nothing.' }),
    config: configFlag,
    state: stateFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Tune);
    if (args.steps !== undefined && !flags.undo)
      throw usageError('A number of steps goes with --undo.', "Write 'foresync tune --undo 2'.");
    const wishes: Wishes = {
      settings: (flags.set ?? []).map(parseSetting),
      freeze: (flags.freeze ?? []).map(parseParameterName),
      unfreeze: (flags.unfreeze ?? []).map(parseParameterName),
      undo: flags.undo ? (args.steps ?? 1) : undefined,
    };
    refuseContradictions(wishes);
    const group = existsSync(flags.config) ? loadGroup(flags.config) : undefined;
    const dryRun = flags['dry-run'];
    const isLooking =
      !flags.undo && [wishes.settings, wishes.freeze, wishes.unfreeze].every((of) => of.length === 0);
    // Looking at what is not there must not leave an empty state file behind.
    const isThere = existsSync(flags.state);
    const state = isThere || !(isLooking || dryRun || flags.undo) ? openState(flags.state) : undefined;
    try {
      if (flags.undo && !state) throw nothingToUndo();
      const changes = changed(state, wishes, { group: group?.name, dryRun });
      const standings = state ? readStandings(state, group?.name) : untouched;
      const brush = brushFor(process.argv, process.env);
      const prices = group?.prices ?? usualPrices;
      if (isLooking) {
        const steps = state
          ? listParameterChanges(state, { group: group?.name ?? '', limit: searchedSteps })
          : [];
        const page = { group: group?.name, standings, usual: usualParameters, changes: steps, prices };
        for (const line of ['', ...tuneLines(page, brush)]) this.log(line);
      } else for (const line of changedLines(changes, { dryRun }, brush)) this.log(line);
      if (!isLooking && changes.length === 0) this.log('All of that is so already.');
      if (!isLooking && !dryRun && !this.jsonEnabled())
        this.log(nextStep(`foresync plan${sameFiles({ state: flags.state, config: flags.config })}`));
      return { dryRun, group: group?.name, changes, parameters: standings.map(toldStanding), prices };
    } finally {
      state?.close();
    }
  }
}

/** Throws `usage`: what stands there may as well be the id of a run, which other commands take. */
function parseSteps(text: string): number {
  const steps = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (steps >= 1 && steps <= mostSteps) return steps;
  throw usageError(
    `'${printable(text, 40)}' is no number of steps.`,
    `Write 'foresync tune --undo 2', with a number from 1 to ${mostSteps}. What a run made of the parameters 'foresync metrics --tuning' tells.`,
  );
}

const untouched = parameterNames.map((name) => ({
  name,
  value: undefined,
  origin: 'default' as const,
  isFrozen: false,
  sinceMs: 0,
}));

/** Does what is wished, or with `dryRun` tells what that would be. */
function changed(
  state: StateFile | undefined,
  { settings, freeze, unfreeze, undo }: Wishes,
  { group, dryRun }: { group: string | undefined; dryRun: boolean },
): Change[] {
  const nowMs = systemClock.nowMs();
  const standings = new Map((state ? readStandings(state, group) : untouched).map((one) => [one.name, one]));
  const none = { group, runId: undefined, undoes: undefined, changedMs: nowMs };
  const changes: Change[] = [];
  for (const { name, value } of settings) {
    const old = standings.get(name)?.value;
    if (old === value) continue;
    if (state && !dryRun) setParameter(state, { group, name, value, nowMs });
    const reason = 'an operator set it';
    changes.push({ ...none, name, kind: 'set', old, new: value, wasDefault: old === undefined, reason });
  }
  for (const [names, isFrozen] of [
    [freeze, true],
    [unfreeze, false],
  ] as const)
    for (const name of names) {
      if (standings.get(name)?.isFrozen === isFrozen) continue;
      if (state && !dryRun) freezeParameter(state, { group, name, freeze: isFrozen, nowMs });
      const set = settings.find((one) => one.name === name);
      const value = set ? set.value : standings.get(name)?.value;
      const reason = isFrozen ? 'an operator froze it' : 'an operator let it be tuned again';
      const kind = isFrozen ? 'frozen' : 'unfrozen';
      changes.push({ ...none, name, kind, old: value, new: value, wasDefault: value === undefined, reason });
    }
  if (undo === undefined || !state) return changes;
  const undone = undoSteps(state, { group, count: undo, nowMs, dryRun });
  if (undone.length === 0) throw nothingToUndo();
  return undone;
}

function refuseContradictions({ settings, freeze, unfreeze }: Wishes): void {
  const both = freeze.find((name) => unfreeze.includes(name));
  if (both) throw usageError('A parameter is to be frozen and to be let go.', 'Leave out one of the two.');
  const names = settings.map(({ name }) => name);
  if (new Set(names).size < names.length)
    throw usageError('A parameter is set twice.', 'Leave out one of the two.');
}

function nothingToUndo(): ForesyncError {
  return new ForesyncError('usage', 'nothing-to-undo', 'There is no step that could be taken back.', {
    hint: "'foresync metrics --tuning' shows all steps; the state file is named with --state.",
  });
}
