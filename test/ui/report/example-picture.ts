import { zstdCompressSync } from 'node:zlib';
import { JoinerLog } from '../../../src/core/metrics/came-true.ts';
import { readStoredPlan } from '../../../src/core/metrics/plan-text.ts';
import { figuresOf } from '../../../src/core/metrics/run-figures.ts';
import { pictureOf, type RunPicture } from '../../../src/core/report/picture.ts';
import type { JournaledRun } from '../../../src/core/state/run-progress.ts';
import type { StoredRun } from '../../../src/core/state/runs.ts';
import { type Course, RunCourse } from '../../../src/core/sync/course.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { RunFold } from '../../../src/core/sync/fold.ts';
import { standingsOf } from '../../../src/core/sync/run-standing.ts';
import { planText } from '../../core/metrics/run-example.ts';

const plannedKeys = 200;

/** A run as its frame keeps it, with its course. */
export function keptRun(events: readonly RunEvent[]): { stored: StoredRun; course: Course } {
  const fold = new RunFold();
  const course = new RunCourse();
  for (const event of events) {
    fold.apply(event);
    course.take(event.atMs, () => fold.snapshot);
  }
  const { snapshot } = fold;
  const stored: StoredRun = {
    id: '3f9a1c2b-0000-4000-8000-000000000000',
    command: snapshot.command,
    group: snapshot.group,
    table: snapshot.table,
    joiner: snapshot.joiner,
    startedMs: snapshot.startedAtMs,
    endedMs: snapshot.atMs,
    outcome: snapshot.outcome,
    snapshot: JSON.parse(JSON.stringify(snapshot)),
    hasPlan: snapshot.plan !== undefined,
    metrics: undefined,
  };
  return { stored, course: course.course };
}

/** The run with a log of the joiner measured: a read every fifty milliseconds at first, and one every minute of a day. */
export async function measured(stored: StoredRun): Promise<StoredRun> {
  const figures = figuresOf(stored);
  if (!figures) throw new Error('the run has no figures');
  const entries = Array.from({ length: plannedKeys }, (_, index) => ({
    key: `k${index}`,
    confidence: 0.995 - index / 400,
    expectedReads: 7,
    sizeBytes: 1000,
  }));
  const log = await JoinerLog.against(figures, await readStoredPlan(zstdCompressSync(planText(entries))));
  const read = (timeMs: number, step: number) =>
    log.take({ timeMs, key: step % 5 < 4 ? `k${(step * 7) % plannedKeys}` : `new${step}`, read: true });
  for (let step = 0; step < 400; step++) read(stored.startedMs + step * 50, step);
  for (let step = 0; step < 1400; step++) read(stored.startedMs + step * 60_000, step);
  return { ...stored, metrics: JSON.parse(JSON.stringify(log.result(0))) };
}

export function pictureFrom(stored: StoredRun, course: unknown): RunPicture {
  const journaled: JournaledRun = { ...stored, process: undefined, request: undefined, failure: undefined };
  const [standing] = standingsOf([journaled], { nowMs: stored.startedMs, livenessOf: () => 'gone' });
  const picture = standing && pictureOf(stored, standing, course);
  if (!picture) throw new Error('the run cannot be drawn');
  return picture;
}

export async function measuredPicture(events: readonly RunEvent[]): Promise<RunPicture> {
  const { stored, course } = keptRun(events);
  return pictureFrom(await measured(stored), course);
}
