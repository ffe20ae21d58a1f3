import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FollowEvent } from '../../src/core/history/follow-event.ts';
import { type FollowShown, FollowView } from '../../src/ui/follow-view.ts';

/** What is written when each event comes so many milliseconds after the one before. */
function shown(how: FollowShown, events: readonly [afterMs: number, event: FollowEvent][]): string[] {
  const written: string[] = [];
  let nowMs = 1_700_000_000_000;
  const view = new FollowView({ write: (text: string) => written.push(text) > 0 }, how, {
    nowMs: () => nowMs,
  });
  for (const [afterMs, event] of events) {
    nowMs += afterMs;
    view.onFollow(event);
  }
  view.clear();
  return written;
}

const began: FollowEvent = { kind: 'began', logs: 3, events: 1000 };
const quiet: FollowEvent = { kind: 'quiet' };
const atMs = (ms: number) => 1_700_000_000_000 + ms;

test('on a terminal it is one line with events, rate and lag, and what goes wrong stands above it', () => {
  const line = (text: string) => `\r\u001b[2K${text}`;
  assert.deepEqual(
    shown('live', [
      [0, began],
      [1000, { kind: 'stored', events: 1500, latestMs: atMs(-200) }],
      [4000, { kind: 'stored', events: 500, latestMs: atMs(5100) }],
      [1000, { kind: 'gone', path: 'a\u001b[2J.log' }],
      [9000, quiet],
    ]),
    [
      line('following 3 logs  0 new events  0 events/s'),
      line('following 3 logs  1,500 new events  1.5 k events/s  1.2 s behind'),
      line('following 3 logs  2,000 new events  400 events/s  0.1 s ahead'),
      line(''),
      'a\\u001b[2J.log is not there any more; looking for it again and again\n',
      line('following 3 logs  2,000 new events  333 events/s  0.1 s ahead'),
      line('following 3 logs  2,000 new events  quiet for 10 s'),
      line(''),
    ],
  );
});

test('elsewhere it is a line when something came, every ten seconds at most', () => {
  const came: FollowEvent = { kind: 'stored', events: 50, latestMs: undefined };
  assert.deepEqual(
    shown('lines', [
      [0, began],
      ...Array.from({ length: 25 }, (): [number, FollowEvent] => [1000, came]),
      ...Array.from({ length: 60 }, (): [number, FollowEvent] => [1000, quiet]),
      [0, { kind: 'trouble', message: 'x cannot be read\u0007' }],
    ]),
    [
      'following 3 logs; an interrupt ends it\n',
      '500 new events, 500 in all, 50 events/s\n',
      '500 new events, 1,000 in all, 50 events/s\n',
      '250 new events, 1,250 in all, 25 events/s\n',
      'x cannot be read\\u0007\n',
    ],
  );
});
