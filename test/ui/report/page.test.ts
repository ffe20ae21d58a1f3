import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { reportPage } from '../../../src/ui/report/page.ts';
import { type Recording, recordedPrefetch, recordedRun } from '../recorded-run.ts';
import { keptRun, measuredPicture, pictureFrom } from './example-picture.ts';

const made = { madeMs: Date.UTC(2026, 0, 6), version: '1.2.3' };

function pageOf(events: readonly RunEvent[]): string {
  const { stored, course } = keptRun(events);
  return reportPage(pictureFrom(stored, course), made);
}

function headings(page: string): string[] {
  return [...page.matchAll(/<h2 id="([^"]*)">/g)].map(([, id]) => id ?? '');
}

/** The tags of a page without what stands in their attributes: what a browser takes it for. */
function skeleton(page: string): string[] {
  return [...page.matchAll(/<(\/?[a-zA-Z!][^\s>]*)(?:[^>"]|"[^"]*")*>/g)].map(([, tag]) => tag ?? '');
}

test('a measured run is drawn in all its parts', async () => {
  const page = reportPage(await measuredPicture(recordedRun()), made);
  assert.deepEqual(headings(page), [
    'timeline',
    'hit-rate',
    'horizon',
    'calibration',
    'backlog',
    'bytes',
    'donors',
    'notes',
  ]);
  assert.match(page, /eu-west holds items: 200,\d+ rows, equal to us-east/);
  assert.match(page, /Planned rows were there after \d\.\d s/);
  assert.doesNotMatch(page, /NaN|undefined|Infinity|\[object/);
});

test('the page asks for nothing: no scripts, no links, no addresses, and its policy allows its style sheet alone', async () => {
  const page = reportPage(await measuredPicture(recordedRun()), made);
  assert.doesNotMatch(
    page,
    /<(script|link|img|iframe|object|base)\b|https?:|@import|\son\w+=|\sstyle=|url\((?!#)/i,
  );
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  assert.ok(page.includes(`content="default-src 'none'; style-src 'sha256-${hash}';`));
});

test('each drawing has a title and a description, names are there once, and its figures stand in a table', async () => {
  const page = reportPage(await measuredPicture(recordedRun()), made);
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  const drawings = [
    ...page.matchAll(/<svg class="(?:wide|narrow)"[^>]*aria-labelledby="([^" ]+) ([^" ]+)"/g),
  ];
  assert.equal(drawings.length, 12);
  for (const [, title = '', text = ''] of drawings) {
    assert.match(page, new RegExp(`<title id="${title}">[^<]+<`));
    assert.match(page, new RegExp(`<desc id="${text}">[^<]+<`));
  }
  for (const section of page.split('<section ').slice(1)) assert.match(section, /<table>|class="notes"/);
});

test('without a log of the joiner it says what is not known, and how to get it', () => {
  const page = pageOf(recordedRun());
  const calibration = page.slice(page.indexOf('<h2 id="calibration">'), page.indexOf('<h2 id="backlog">'));
  assert.match(calibration, /not known: no access log of the joiner was measured/);
  assert.match(calibration, /<code>foresync metrics 3f9a1c2b --log FILE<\/code>/);
  assert.doesNotMatch(page, /<h2 id="horizon">/);
});

test('a run whose course was not kept says so, and shows what it has', () => {
  const { stored } = keptRun(recordedRun());
  const page = reportPage(pictureFrom(stored, undefined), made);
  assert.match(page, /<svg class="wide"[^>]*aria-labelledby="timeline-wide/);
  assert.match(page, /were sent in all; how that went over time was not kept/);
});

test('runs that ended otherwise are drawn as what they are', () => {
  const stopped = pageOf(recordedRun({ stopAfter: { share: 0.5, outcome: 'stopped' } }));
  assert.match(stopped, /<p class="outcome warning">.*Stopped, can be resumed/);
  assert.match(stopped, /■ stopped,/);
  assert.match(stopped, /before the joiner was in sync/);
  const failed = pageOf(recordedRun({ stopAfter: { share: 0.5, outcome: 'failed' } }));
  assert.match(failed, /<p class="outcome bad">.*Failed: /);
  const prefetch = pageOf(recordedPrefetch());
  assert.match(prefetch, /Prefetch of items at us-east/);
  assert.match(prefetch, /Planned rows were in the Prefetch Cache after \d\.\d s/);
  assert.deepEqual(headings(prefetch), ['timeline', 'bytes', 'donors']);
});

const evil = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '</style><script>alert(1)</script>',
    '"><svg onload=alert(1)>',
    "' onmouseover='x",
    '<!--',
    ']]>',
    '&lt;b&gt;',
    '\u202egpj.exe\u2066',
    '`$(1)`',
  ),
);

test('whatever names and notes hold, the page is made of the same tags', () => {
  const plain: Recording = { joiner: 'eu-west', table: 'items', note: 'told' };
  const expected = skeleton(pageOf(recordedRun(plain)));
  fc.assert(
    fc.property(evil, evil, evil, (joiner, table, note) => {
      const names = { joiner: `j${joiner}`, table: `t${table}`, note: `n${note}` };
      const page = pageOf(recordedRun(names));
      assert.deepEqual(skeleton(page), expected);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
      assert.doesNotMatch(page, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }),
    { seed: 11, numRuns: 60 },
  );
});
