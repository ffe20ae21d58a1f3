import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { seededRandom } from './random.ts';

const dayMs = 86_400_000;
const firstMs = Date.UTC(2026, 0, 5);
const mostKeys = 1_000_000;

/** `time,key,operation` over seven days, about 34 bytes a line: Zipf (s = 1) over 1,000,000 keys, one write in ten. */
export async function writeZipfLog(file: string, events: number, seed: number): Promise<void> {
  const random = seededRandom(seed);
  await writeLog(file, events, firstMs, () => Math.floor(mostKeys ** random()), random);
}

/** The same form, the same week: each of `keys` keys comes once before one comes again, in no order. `keys` must be odd or a multiple of 10. */
export async function writeEvenLog(file: string, events: number, keys: number): Promise<void> {
  let i = 0;
  // 7,919,777 shares no factor with what `keys` may be, so its multiples go through all of them.
  await writeLog(file, events, firstMs, () => (i++ * 7_919_777) % keys, seededRandom(keys));
}

/** What the day after that week brings: keys as in `writeZipfLog`. */
export async function writeNextLog(file: string, events: number, seed: number): Promise<void> {
  const random = seededRandom(seed);
  await writeLog(file, events, firstMs + 7 * dayMs, () => Math.floor(mostKeys ** random()), random, dayMs);
}

async function writeLog(
  file: string,
  events: number,
  startMs: number,
  nextKey: () => number,
  random: () => number,
  spanMs = 7 * dayMs,
): Promise<void> {
  const out = createWriteStream(file);
  const stepMs = spanMs / events;
  let block = 'time,key,operation\n';
  for (let i = 0; i < events; i++) {
    const key = Math.imul(nextKey(), 0x9e3779b1) >>> 0;
    block += `${Math.floor(startMs + i * stepMs)},item:${key},${random() < 0.1 ? 'write' : 'read'}\n`;
    if (block.length < 1 << 16) continue;
    if (!out.write(block)) await once(out, 'drain');
    block = '';
  }
  out.end(block);
  await once(out, 'finish');
}
