import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ingestLogs } from '../../../src/core/history/ingest.ts';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { openState, type StateFile } from '../../../src/core/state/open.ts';

const root = mkdtempSync(path.join(tmpdir(), 'foresync-rotation-'));
after(() => rmSync(root, { recursive: true, force: true }));

const t0 = 1_700_000_040_000;
const header = 'time,op,key,size\n';
const lines = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) => `${t0 + (from + i) * 1000},read,key${(from + i) % 50},10\n`,
  ).join('');

/** A folder with a log, and a state file that it is read into. */
async function withLog(
  use: (log: string, read: (...files: string[]) => Promise<number>, state: StateFile) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(root, 'log-'));
  const state = openState(path.join(folder, 'state.db'));
  const read = async (...files: string[]) => {
    const inputs = files.map((file) => ({ path: file, replica: 'r' }));
    const report = await ingestLogs(state, inputs, {});
    return report.files.reduce((sum, file) => sum + file.events, 0);
  };
  try {
    await use(path.join(folder, 'access.log'), read, state);
  } finally {
    state.close();
  }
}

const historyOf = (state: StateFile) => {
  const history = openHistory(state);
  return { summary: history.summary(), series: [...history.series()] };
};

function compress(file: string): void {
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
  unlinkSync(file);
}

function copyAndTruncate(log: string): void {
  copyFileSync(log, `${log}.1`);
  truncateSync(log);
}

// Lines of 30 bytes: heads shorter than 64 KiB, and longer ones.
for (const step of [20, 4000]) {
  test(`runs after each step of a rotation give the history of one run over everything (${step} lines a step)`, () =>
    withLog(async (log, read, state) => {
      let next = 0;
      let everything = header;
      const grow = () => {
        const text = lines(next, next + step);
        next += step;
        appendFileSync(log, text);
        everything += text;
      };
      const counted: number[] = [];
      const readAll = async (...files: string[]) => void counted.push(await read(...files));

      writeFileSync(log, header);
      grow();
      await readAll(log);
      grow();
      renameSync(log, `${log}.1`);
      writeFileSync(log, header);
      await readAll(log, `${log}.1`);
      grow();
      await readAll(log, `${log}.1`);
      grow();
      renameSync(`${log}.1`, `${log}.2`);
      compress(`${log}.2`);
      copyAndTruncate(log);
      // The new log is seen first: what it held before must still be known.
      await readAll(log);
      appendFileSync(log, header);
      grow();
      await readAll(log, `${log}.1`, `${log}.2.gz`);
      renameSync(`${log}.2.gz`, `${log}.3.gz`);
      compress(`${log}.1`);
      renameSync(`${log}.1.gz`, `${log}.2.gz`);
      await readAll(log, `${log}.2.gz`, `${log}.3.gz`);
      assert.deepEqual(
        counted,
        [1, 1, 1, 0, 2, 0].map((steps) => steps * step),
      );

      await withLog(async (whole, readWhole, otherState) => {
        writeFileSync(whole, everything);
        await readWhole(whole);
        assert.deepEqual(historyOf(state), historyOf(otherState));
      });
    }));

  test(`a log that is rewritten shorter is not counted again, and what comes after it is (${step} lines)`, () =>
    withLog(async (log, read) => {
      writeFileSync(log, header + lines(0, step));
      await read(log);
      const kept = header + lines(0, step * 0.9);
      truncateSync(log, kept.length);
      assert.equal(await read(log), 0);
      appendFileSync(log, lines(10_000, 10_001));
      assert.equal(await read(log), 1);
      truncateSync(log, kept.length - 60);
      assert.equal(await read(log), 0);
      writeFileSync(`${log}.whole`, header + lines(0, step));
      assert.equal(await read(`${log}.whole`), 0);
      // In a new file, as editors do it.
      unlinkSync(log);
      writeFileSync(log, header + lines(0, step * 0.8));
      assert.equal(await read(log), 0);
      assert.equal(await read(log), 0);
    }));

  test(`a copy that is still being written counts nothing, then or later (${step} lines)`, () =>
    withLog(async (log, read) => {
      const whole = header + lines(0, step);
      writeFileSync(log, whole);
      await read(log);
      const copy = `${log}.copy`;
      for (const share of [0.3, 0.8, 1]) {
        writeFileSync(copy, whole.slice(0, whole.length * share));
        assert.equal(await read(copy), 0, String(share));
      }
      appendFileSync(copy, lines(step, step + 3));
      assert.equal(await read(copy), 3);
    }));

  test(`a truncated log that begins otherwise is new, though it has grown past the old one's end (${step} lines)`, () =>
    withLog(async (log, read) => {
      writeFileSync(log, header + lines(0, step));
      await read(log);
      truncateSync(log);
      appendFileSync(log, header + lines(20_000, 20_000 + step * 2));
      assert.equal(await read(log), step * 2);
    }));
}

test('a new log that begins as the old one did, with nothing but a head, is read from there', () =>
  withLog(async (log, read) => {
    const head = `# service started\n${header}`;
    writeFileSync(log, head);
    assert.equal(await read(log), 0);
    appendFileSync(log, lines(0, 5));
    renameSync(log, `${log}.1`);
    writeFileSync(log, head + lines(5, 12));
    assert.equal(await read(log, `${log}.1`), 12);
    assert.equal(await read(log, `${log}.1`), 0);
  }));

test('a log in two places is counted once in one run', () =>
  withLog(async (log, read) => {
    writeFileSync(log, header + lines(0, 9));
    linkSync(log, `${log}.hard`);
    copyFileSync(log, `${log}.copy`);
    compress(`${log}.copy`);
    assert.equal(await read(log, `${log}.hard`, `${log}.copy.gz`), 9);
  }));
