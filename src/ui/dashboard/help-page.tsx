import type { ReactNode } from 'react';
import { wrapWords } from '../wrap-words.ts';
import type { LiveRun } from './live-run.ts';
import { OtherPage, otherRows } from './other-page.tsx';
import { Line, Piece } from './text.tsx';

const keyColumns = 10;

/** Keys and words, the keys first: on a low screen the words are cut. */
export function HelpPage({
  live,
  width,
  rows,
  footer,
}: {
  live: LiveRun;
  width: number;
  rows: number;
  footer: ReactNode;
}): ReactNode {
  const lines = helpOf(live)
    .flatMap(([key, text]) =>
      wrapWords([text], width - keyColumns).map((line, index) => [index === 0 ? key : '', line] as const),
    )
    .slice(0, Math.max(1, rows - otherRows));
  return (
    <OtherPage footer={footer}>
      {lines.map(([key, text]) => (
        <Line key={`${key}${text}`} width={width}>
          <Piece role="strong">{key.padEnd(keyColumns)}</Piece>
          <Piece>{text}</Piece>
        </Line>
      ))}
    </OtherPage>
  );
}

function helpOf({ canSteer, wayOn }: LiveRun): [key: string, text: string][] {
  return [
    ...(canSteer ? steeringHelp : []),
    ['l', 'the log of all that has happened'],
    ['q', 'stop at a safe point, after a question'],
    ...(wayOn === undefined ? [] : [['', `${wayOn} goes on from there`] as [string, string]]),
    ['ctrl-C', 'the same without a question; once more ends it at once'],
    ['', ''],
    ['ETA', 'when the phase ends, by the speeds of the last half minute'],
    [
      'plan',
      'what the rows that are there are worth, of the reads that it expects; and the share of all reads that is expected to find its row by now',
    ],
    ['Delta Log', 'keys that changed at the lead and are not at the joiner yet'],
    ['latency', 'how long a donor takes for an answer, lately'],
  ];
}

const steeringHelp: readonly [key: string, text: string][] = [
  [
    'p',
    'pause, or go on: nothing more is read; what is under way arrives, and the Delta Log goes on noting what changes, within its budget',
  ],
  [
    '-  +',
    "half, or twice, of what may be sent a second: from 64 KiB/s to no limit; 'foresync throttle' sets any, from another shell",
  ],
];
