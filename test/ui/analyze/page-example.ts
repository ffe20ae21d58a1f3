import stringWidth from 'string-width';
import type { TrafficProfile } from '../../../src/core/history/traffic/profile.ts';
import type { PageFrame } from '../../../src/ui/analyze/page-frame.ts';
import { frameFor } from '../../../src/ui/analyze/page-frame.ts';
import { brushFor } from '../../../src/ui/metrics-paint.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Monday, 2 January 2023, 00:00 UTC. */
export const mondayMs = Date.UTC(2023, 0, 2);

const noColours = { NO_COLOR: '1', LANG: 'en_GB.UTF-8' };

export function frame(columns = 80, env: NodeJS.ProcessEnv = noColours): PageFrame {
  const brush = brushFor([], env);
  return frameFor({ ...brush, paint: (_, text) => text }, columns);
}

export const asciiFrame = (columns = 80) => frame(columns, { NO_COLOR: '1', LC_ALL: 'C' });

/** Ten days of one replica, by the hour. */
export function profile(changes: Partial<TrafficProfile> = {}): TrafficProfile {
  const reads = Array.from({ length: 240 }, (_, hour) => (hour % 24) * 10);
  return {
    events: 27_600,
    keys: 500,
    coldKeys: 0,
    reads: 27_600,
    writes: 0,
    firstMs: mondayMs,
    lastMs: mondayMs + 10 * dayMs - 1,
    readShare: 1,
    skew: { top1Share: 0.4, top10Share: 0.7, gini: 0.75, zipfExponent: 0.9 },
    hours: Array.from({ length: 24 }, (_, hour) => hour * 100),
    hottest: [
      { key: 'first', reads: 13_800, writes: 1, sizeBytes: 5, accesses: [0, 1, 2, 4] },
      { key: 'second', reads: 138, writes: 0, sizeBytes: undefined, accesses: [4, 3, 2, 1] },
      { key: 'written', reads: 0, writes: 5, sizeBytes: undefined, accesses: [1, 1, 1, 2] },
    ],
    replicas: [replica('r1')],
    course: {
      span: { fromMs: mondayMs, toMs: mondayMs + 10 * dayMs - 1, strayEvents: 0 },
      timeline: { fromMs: mondayMs, stepMs: hourMs, reads, writes: reads.map(() => 0) },
      trend: { fromMs: mondayMs, stepMs: 60 * hourMs, count: 4 },
      weekHours: Array.from({ length: 7 }, (_, day) =>
        Array.from({ length: 24 }, (_, hour) => (day < 5 ? hour : 0)),
      ),
      workingSet: {
        byWindow: [
          { windowMs: hourMs, meanKeys: 20, mostKeys: 40 },
          { windowMs: dayMs, meanKeys: 100, mostKeys: 150 },
          { windowMs: 10 * dayMs, meanKeys: 500, mostKeys: 500 },
        ],
        overTime: {
          fromMs: mondayMs,
          stepMs: hourMs,
          windowMs: hourMs,
          keys: reads.map((count) => count / 10),
        },
      },
      newKeys: { fromMs: mondayMs, stepMs: dayMs, keys: [400, 40, 20, 10, 10, 5, 5, 5, 5, 0] },
      gaps: { largest: [], more: 0 },
      clockSkew: undefined,
    },
    ...changes,
  };
}

/** As `profile`, with changes to the course. */
export function course(changes: Partial<NonNullable<TrafficProfile['course']>>): TrafficProfile {
  const example = profile();
  if (!example.course) throw new Error('the example has a course');
  return { ...example, course: { ...example.course, ...changes } };
}

export function replica(name: string, changes: Partial<TrafficProfile['replicas'][number]> = {}) {
  return {
    name,
    reads: 900,
    writes: 100,
    keys: 50,
    firstMs: mondayMs,
    lastMs: mondayMs + dayMs,
    onlyKeys: 5,
    onlyShare: 0.1,
    accesses: [1, 2, 3, 4],
    ...changes,
  };
}

export const widest = (lines: readonly string[]) => Math.max(...lines.map((line) => stringWidth(line)));
