import { markdownTable } from '../../../bench/report/page.ts';
import type { Outcome } from './case.ts';

/** What a suite's outcomes come to, for the page: runs by fault, and every seed that was played. */
export function reportOf(outcomes: readonly Outcome[]): string {
  const faults = new Map<string, Tally>();
  for (const outcome of outcomes) {
    for (const [i, fault] of outcome.faults.entries()) {
      const tally = faults.get(fault) ?? { runs: 0, happened: 0, equal: 0, refused: 0, failed: 0 };
      faults.set(fault, tally);
      tally.runs++;
      if (!outcome.fired[i]) continue;
      tally.happened++;
      tally[outcome.outcome === 'FAILED' ? 'failed' : outcome.outcome]++;
    }
  }
  const rows = [...faults]
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(([fault, { runs, happened, equal, refused, failed }]) => [
      fault,
      ...(fault === 'no fault' ? [runs, '', '', '', ''] : [runs, happened, equal, refused, failed]).map(
        String,
      ),
    ]);
  const columns = ['fault', 'runs chosen', 'it happened', 'then equal', 'then refused', 'then failed'];
  return [headline(outcomes), markdownTable(columns, rows), failures(outcomes)].join('\n\n');
}

interface Tally {
  runs: number;
  happened: number;
  equal: number;
  refused: number;
  failed: number;
}

function headline(outcomes: readonly Outcome[]): string {
  const ended = (wanted: Outcome['outcome']) => outcomes.filter(({ outcome }) => outcome === wanted).length;
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const happened = outcomes.filter(({ fired }) => fired.includes(true)).length;
  return (
    `${count(outcomes.length)} runs, of the seeds ${seedsOf(outcomes)}; in ${count(happened)} of them a fault came to happen. ` +
    `${count(ended('equal'))} ended with a joiner that was equal, ${count(ended('refused'))} were refused because the table was gone, ` +
    `${count(ended('FAILED'))} failed. ${count(sum(({ attempts }) => attempts.length))} starts of the command, ` +
    `${count(sum(({ writes }) => writes))} writes meanwhile, ${count(sum(({ rows }) => rows))} rows compared, ` +
    `${(sum(({ ms }) => ms) / outcomes.length / 1000).toFixed(1)} s a run.`
  );
}

function failures(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ outcome }) => outcome === 'FAILED');
  if (failed.length === 0) return 'No run failed.';
  return failed
    .map(({ seed, faults, reason }) => `- seed ${seed}, ${faults.join(' + ')}: ${reason?.split('\n')[0]}`)
    .join('\n');
}

/** `1 to 5, 9`. */
function seedsOf(outcomes: readonly Outcome[]): string {
  const seeds = [...new Set(outcomes.map(({ seed }) => seed))].toSorted((left, right) => left - right);
  const ranges: [number, number][] = [];
  for (const seed of seeds) {
    const last = ranges.at(-1);
    if (last && last[1] === seed - 1) last[1] = seed;
    else ranges.push([seed, seed]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
