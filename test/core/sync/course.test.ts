import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CourseSample, RunCourse, sampleOf, storedCourse } from '../../../src/core/sync/course.ts';
import { emptySnapshot } from '../../../src/core/sync/empty-snapshot.ts';

const hourMs = 3_600_000;
const quiet = emptySnapshot();
const followed = { ...quiet, follow: { watermark: 9, keysWaiting: 4, levelAtMs: 0, lagMs: 0 } };

function steps(samples: readonly CourseSample[]): number[] {
  return [...new Set(samples.slice(1).map(({ atMs }, index) => atMs - (samples[index]?.atMs ?? 0)))];
}

test('a short run is kept every fifty milliseconds, and its snapshot is asked for no more often than that', () => {
  const course = new RunCourse();
  let asked = 0;
  const run = () => {
    asked += 1;
    return quiet;
  };
  for (let atMs = 0; atMs <= 1000; atMs += 10) course.take(atMs, run);
  assert.equal(course.course.build.length, 21);
  assert.equal(asked, 21);
  assert.deepEqual(steps(course.course.build), [50]);
});

test('a day of a run is kept in 240 moments at most, evenly, from its first to near its last', () => {
  const course = new RunCourse();
  for (let atMs = 0; atMs <= 24 * hourMs; atMs += 1000) course.take(atMs, () => quiet);
  const { build } = course.course;
  assert.ok(build.length > 120 && build.length <= 240, `${build.length} moments`);
  assert.equal(build[0]?.atMs, 0);
  assert.ok((build.at(-1)?.atMs ?? 0) > 23.5 * hourMs);
  const wide = Math.max(...steps(build));
  assert.ok(wide <= 2.1 * Math.min(...steps(build)), `${steps(build)}`);
});

test('following a joiner for weeks leaves how it was built as it was', () => {
  const course = new RunCourse();
  for (let atMs = 0; atMs < 5000; atMs += 50) course.take(atMs, () => quiet);
  const built = structuredClone(course.course.build);
  for (let atMs = 5000; atMs <= 500 * hourMs; atMs += 60_000) course.take(atMs, () => followed);
  assert.deepEqual(course.course.build, built);
  assert.equal(course.course.follow[0]?.waitingKeys, 4);
  assert.ok(course.course.follow.length <= 240);
});

test('a course comes back from its JSON as it was, and what is none is none', () => {
  const course = { build: [sampleOf(quiet, 7)], follow: [sampleOf(followed, 8)] };
  const text = JSON.stringify(course);
  assert.equal(JSON.stringify(storedCourse(JSON.parse(text))), text);
  for (const other of [undefined, null, [], { build: [{ atMs: 'soon' }], follow: [] }])
    assert.equal(storedCourse(other), undefined);
});
