import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { InlineBlocks } from '../../../src/core/access-log/inline-blocks.ts';
import { logError, openLogFile } from '../../../src/core/access-log/log-file.ts';
import { readLog } from '../../../src/core/access-log/read-log.ts';
import { runProgram } from '../../support/cli.ts';
import { findProgram } from '../../support/sshd-path.ts';
import { Collector } from './collect.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'foresync-compressed-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const t0 = 1_700_000_000_000;
const text = Array.from({ length: 20_000 }, (_, i) => `${t0 + i},read,key${(i * 7919) % 9973}\n`).join('');
const plain = path.join(folder, 'plain.csv');
writeFileSync(plain, text);
const noXz = findProgram('xz') ? false : 'there is no xz on this machine';

async function read(file: string): Promise<{ compression: string; events: number }> {
  const sink = new Collector();
  try {
    const log = await openLogFile(file);
    try {
      await readLog(log, new InlineBlocks(sink), {});
      return { compression: log.compression, events: sink.events.length };
    } finally {
      await log.close();
    }
  } catch (error) {
    throw logError(file, error);
  }
}

test('a .br file is unpacked, and one that is cut off or damaged is told by its name', async () => {
  const file = path.join(folder, 'log.csv.br');
  const packed = brotliCompressSync(text);
  writeFileSync(file, packed);
  assert.deepEqual(await read(file), { compression: 'brotli', events: 20_000 });
  writeFileSync(file, packed.subarray(0, -100));
  await assert.rejects(read(file), { code: 'log-truncated', message: /log\.csv\.br ends in the middle/ });
  writeFileSync(file, text);
  await assert.rejects(read(file), { code: 'log-damaged', message: /log\.csv\.br cannot be decompressed/ });
});

test('an xz file is unpacked whatever its name, and one that is cut off is refused', {
  skip: noXz,
}, async () => {
  await runProgram('xz', ['-k', plain]);
  const packed = readFileSync(`${plain}.xz`);
  const file = path.join(folder, 'log');
  writeFileSync(file, packed);
  assert.deepEqual(await read(file), { compression: 'xz', events: 20_000 });
  writeFileSync(file, packed.subarray(0, -100));
  await assert.rejects(read(file), {
    kind: 'data',
    code: 'log-damaged',
    message: /log cannot be decompressed: xz: .*Unexpected end/,
  });
});

test('where there is no xz program, it is said in one line', async () => {
  const file = path.join(folder, 'log.csv.xz');
  writeFileSync(file, Buffer.concat([Buffer.from('\u00fd7zXZ\0', 'latin1'), Buffer.alloc(3 << 20)]));
  const { PATH } = process.env;
  process.env.PATH = folder;
  try {
    await assert.rejects(
      read(file),
      (error: { kind: string; code: string; message: string; hint: string }) => {
        assert.deepEqual([error.kind, error.code], ['io', 'xz-missing']);
        assert.match(
          error.message,
          /^.*log\.csv\.xz is compressed by xz, and this machine has no xz program\.$/,
        );
        assert.match(error.hint, /Install xz/);
        return true;
      },
    );
  } finally {
    process.env.PATH = PATH;
  }
});
