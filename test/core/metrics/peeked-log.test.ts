import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { openLogFile } from '../../../src/core/access-log/log-file.ts';
import { peekedLog } from '../../../src/core/metrics/peeked-log.ts';
import { temporaryFolder } from '../../support/tables.ts';

/** Many times what a decoder takes at once, and hardly to be packed. */
const text = Buffer.from(randomBytes(3 << 20).toString('base64'));
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const packings = { plain: (bytes: Buffer) => bytes, gzip: gzipSync, zstd: zstdCompressSync };
for (const [name, pack] of Object.entries(packings))
  test(`a log whose first bytes were looked at is read whole all the same: ${name}`, async (t) => {
    const file = path.join(temporaryFolder(t), 'access.csv');
    writeFileSync(file, pack(text));
    for (let turn = 0; turn < 5; turn++) {
      const { head, log } = await peekedLog(await openLogFile(file));
      assert.ok(head.length >= 64 * 1024 && text.subarray(0, head.length).equals(head));
      const parts: Buffer[] = [];
      for await (const chunk of log.read(0)) parts.push(Buffer.from(chunk));
      await log.close();
      assert.equal(digest(Buffer.concat(parts)), digest(text));
      // Nobody reads this one.
      await (await peekedLog(await openLogFile(file))).log.close();
    }
  });
