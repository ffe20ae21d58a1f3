// Looks at reports in headless Chromium: in one that this machine has, else in the one that `npm run test:report` brings.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { reportPage } from '../../../src/ui/report/page.ts';
import { type Browser, findChromium, launchChromium, looksOf } from '../../browser/launch.ts';
import { recordedPrefetch, recordedRun } from '../recorded-run.ts';
import { keptRun, measuredPicture, pictureFrom } from './example-picture.ts';

const chromium = await findChromium();
const skip = chromium ? false : 'this machine has no Chromium: `npm run test:report` brings one and looks';
const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-report-'));
const made = { madeMs: Date.UTC(2026, 0, 6), version: '1.2.3' };
let browser: Browser | undefined;

before(async () => {
  if (chromium) browser = await launchChromium(chromium);
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const longName = `<b>&"漢字👩‍👩‍👧‍👦${'long'.repeat(200)}`;

const pages: Record<string, () => Promise<string>> = {
  measured: async () => reportPage(await measuredPicture(recordedRun()), made),
  stopped: () => drawn(recordedRun({ stopAfter: { share: 0.4, outcome: 'stopped' } })),
  failed: () => drawn(recordedRun({ stopAfter: { share: 0.7, outcome: 'failed' } })),
  prefetch: () => drawn(recordedPrefetch()),
  'without a course': async () => reportPage(pictureFrom(keptRun(recordedRun()).stored, undefined), made),
  hostile: () => drawn(recordedRun({ joiner: longName, table: longName, note: longName })),
};

async function drawn(events: readonly RunEvent[]): Promise<string> {
  const { stored, course } = keptRun(events);
  return reportPage(pictureFrom(stored, course), made);
}

async function open(html: string, width: number, scheme: 'light' | 'dark') {
  assert.ok(browser);
  const file = path.join(folder, 'report.html');
  writeFileSync(file, html);
  return browser.open(pathToFileURL(file).href, { width, scheme });
}

for (const [name, html] of Object.entries(pages)) {
  for (const width of [1280, 400]) {
    for (const scheme of ['light', 'dark'] as const) {
      test(`a report that is ${name} stays within ${width} pixels, is legible when ${scheme}, and asks for nothing`, {
        skip,
      }, async () => {
        const page = await open(await html(), width, scheme);
        await page.click('summary');
        assert.deepEqual(await looksOf(page), { overflows: [], contrasts: [] });
        const keep = process.env.FORESYNC_SCREENSHOTS;
        if (keep) {
          await page.click('summary');
          const file = path.join(keep, `${name.replaceAll(' ', '-')}-${width}-${scheme}.png`);
          await page.screenshot(file);
        }
        assert.deepEqual(page.said, []);
        await page.close();
      });
    }
  }
}

test('a page that did ask for something, or was too wide, or too pale, would be found', {
  skip,
}, async () => {
  const html = reportPage(await measuredPicture(recordedRun()), made);
  const bad = html
    .replace(/<meta http-equiv[^>]*>/, '')
    .replace('<main>', '<main><img src="other.png"><p class="wide-one">x</p>')
    .replace(
      '</style>',
      '.wide-one { width: 3000px; max-width: none; color: #fdfdfd; background: #fff; }</style>',
    );
  const page = await open(bad, 1280, 'light');
  assert.ok(page.said.some((line) => line.startsWith('asked for file:')));
  const { overflows, contrasts } = await looksOf(page);
  assert.ok(overflows.length > 0);
  assert.ok(contrasts.length > 0);
  await page.close();
});
