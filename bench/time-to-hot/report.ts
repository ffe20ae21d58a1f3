import { markdownTable } from '../report/page.ts';
import type { TimeToHotFigures } from '../time-to-hot.ts';
import type { JoinFigures, TraceFigures } from './trace-turn.ts';

/** How many times the misses of hindsight's order those of the plan may be, and which share of those without a plan. */
const hindsightLimit = 2;
const noPlanLimit = 1 / 3;
/** How far a simulated join may be from a real one. */
const agreement = 0.15;

const names: Record<JoinFigures['name'], string> = {
  foresync: 'add-replica, with the plan',
  'no plan': 'add-replica, no plan',
  hindsight: "add-replica, hindsight's order",
};

/** What the docs show of the bench's answer: a table for each trace, and what came of the limits. */
export function timeToHot(figures: TimeToHotFigures): string {
  const { rows, fileBytes, rate, rtt, copyMs, timeScale, traces, load } = figures;
  const about =
    `${count(rows)} rows, ${(fileBytes / 1e6).toFixed(1)} MB, over ${rate} and ${rtt}; the plain copy takes ${seconds(copyMs)} s, so reads come ` +
    `${timeScale.toFixed(1)} times as fast as in their trace. Two readings of each figure: as readers met it / without read-through. ` +
    `Load of the machine when it began: ${load.toFixed(1)}.`;
  return [about, ...traces.flatMap((trace) => ofTrace(trace, copyMs)), limits(traces)].join('\n\n');
}

function ofTrace(trace: TraceFigures, copyMs: number): string[] {
  const { joins, copy, readKeys, keys, unseenReads, planCommand } = trace;
  const reads = joins[0]?.met.reads ?? 0;
  const about =
    `**${trace.trace}**, ${trace.what}: ${count(reads)} reads of ${count(readKeys)} rows from ${trace.origin} on, until the slowest join is in sync; the trace has ` +
    `${count(keys)} keys, and ${count(unseenReads)} of the reads are of some that nobody had read before. \`${planCommand}\``;
  const columns = [
    '',
    'rows ahead',
    'reads missed',
    'hit rate',
    'simulated',
    '50, 90, 99 % hits from, s',
    'hot-ready, s',
    'in sync, s',
    'simulated',
  ];
  const lines = joins.map((join) => {
    const { met, withoutReadThrough, simulated, times } = join;
    return [
      names[join.name],
      count(join.hotKeys),
      `${count(met.misses)} / ${count(withoutReadThrough.misses)}`,
      `${percent(met.hitRate)} / ${percent(withoutReadThrough.hitRate)}`,
      percent(simulated.hitRate),
      [met.halfMs, met.ninetyMs, met.ninetyNineMs].map((ms) => seconds(ms)).join(', '),
      seconds(times.hotReadyMs),
      seconds(times.inSyncMs),
      seconds(simulated.inSyncMs),
    ];
  });
  lines.push([
    'copying the file, then opening it',
    '',
    count(copy.misses),
    '',
    '',
    '',
    '',
    seconds(copyMs),
    '',
  ]);
  return [about, markdownTable(columns, lines), againstCopy(trace)];
}

function againstCopy({ trace, joins, copy }: TraceFigures): string {
  const misses = joins[0]?.met.misses ?? Number.NaN;
  return `With the plan ${trace} misses ${percent(misses / copy.misses)} of the reads that it misses with the plain copy.`;
}

type Reading = 'met' | 'withoutReadThrough';

function limits(traces: readonly TraceFigures[]): string {
  const word = (isKept: boolean) => `**${isKept ? 'kept' : 'missed'}**`;
  const against = (name: JoinFigures['name'], limit: number, reading: Reading) => {
    const pairs = traces.map(({ joins }) => [
      missesOf(joins, 'foresync', reading),
      missesOf(joins, name, reading),
    ]);
    const told = pairs.map(([ours, theirs]) => `${ours} to ${theirs}`).join(', ');
    return `${told}, ${word(pairs.every(([ours = 0, theirs = 0]) => ours <= limit * theirs))}`;
  };
  const both = (name: JoinFigures['name'], limit: number) =>
    `${against(name, limit, 'met')} (without read-through ${against(name, limit, 'withoutReadThrough')})`;
  const far = traces.flatMap(({ joins }) =>
    joins.map(({ withoutReadThrough, simulated }) =>
      Math.abs(simulated.hitRate / withoutReadThrough.hitRate - 1),
    ),
  );
  return (
    `Limits: misses with the plan to those of hindsight's order, ${hindsightLimit} times as many at most: ${both('hindsight', hindsightLimit)}; ` +
    `to those without a plan, a third at most: ${both('no plan', noPlanLimit)}; ` +
    `simulated hit rates within 15 % of those without read-through: ${percent(Math.max(...far))} at most, ${word(Math.max(...far) <= agreement)}.`
  );
}

function missesOf(joins: readonly JoinFigures[], wanted: JoinFigures['name'], reading: Reading): number {
  return joins.find(({ name }) => name === wanted)?.[reading].misses ?? Number.NaN;
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** JSON has no NaN, and null in its place. */
function seconds(ms: number | undefined | null): string {
  return ms === undefined || ms === null || Number.isNaN(ms) ? '–' : (ms / 1000).toFixed(1);
}
