import { createHash } from 'node:crypto';
import type { RunPicture } from '../../core/report/picture.ts';
import { shortId } from '../../core/text.ts';
import { formatBytes, formatCount, formatDuration, formatInstant } from '../format.ts';
import { outcomeOf } from '../metrics-words.ts';
import { printableRun } from '../plain/printable-run.ts';
import { summaryOf } from '../plain/summary.ts';
import { backlogSection, followSection } from './backlog.ts';
import { bytesSection } from './bytes.ts';
import { calibrationSection } from './calibration.ts';
import { factList } from './facts.ts';
import { section } from './figure.ts';
import { hitRateSection } from './hit-rate.ts';
import { horizonSection } from './horizon.ts';
import { type Content, Markup, markup } from './markup.ts';
import { styleSheet } from './style.ts';
import { table } from './table.ts';
import { timelineSection } from './timeline.ts';

/** A run's report as one HTML page that loads nothing and runs nothing. `madeMs` is when, `version` by which foresync. */
export function reportPage(
  drawn: RunPicture,
  { madeMs, version }: { madeMs: number; version: string },
): string {
  const picture = { ...drawn, run: printableRun(drawn.run) };
  const title = titleOf(picture);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} - foresync</title>
<style>${new Markup(styleSheet)}</style>
</head>
<body>
${hatches}
${head(picture, title)}
<main>
${timelineSection(picture)}
${picture.run.command === 'prefetch' ? undefined : joinSections(picture)}
${bytesSection(picture)}
${donorSection(picture)}
${noteSection(picture)}
</main>
<footer>Made by foresync ${version} at ${formatInstant(madeMs)}, of run ${picture.report.id}. This page is one file: it loads nothing and runs nothing.</footer>
</body>
</html>
`;
  return page.text;
}

/** What only a run with a joiner has. */
function joinSections(picture: RunPicture): Content {
  return [
    hitRateSection(picture),
    horizonSection(picture),
    calibrationSection(picture),
    backlogSection(picture),
    followSection(picture),
  ];
}

const styleHash = `sha256-${createHash('sha256').update(styleSheet).digest('base64')}`;

function titleOf({ run }: RunPicture): string {
  return run.joiner === undefined
    ? `Prefetch of ${run.table} at ${run.lead}`
    : `${run.joiner} joins ${run.lead} for ${run.table}`;
}

function head(picture: RunPicture, title: string): Markup {
  const { run, report, standing } = picture;
  const { role, words } = outcomeOf(report);
  const sign = { good: '✓', bad: '✗', warning: '!', active: '●' }[role as string] ?? '■';
  const told = standing.standing === 'died' ? 'its process died without a word' : words;
  const about = [
    `Group ${run.group}`,
    `run ${shortId(report.id)}`,
    `${formatInstant(report.startedMs)}${run.resumed ? ', going on from an earlier run' : ''}`,
  ].join(' · ');
  return markup`<header><h1>${title}</h1><p class="about">${about}</p><p class="outcome ${role}"><span aria-hidden="true">${sign} </span>${capital(told)}</p><ul class="summary">${summaryOf(run).map((sentence) => markup`<li>${sentence}</li>`)}</ul>${factList(picture)}</header>`;
}

function donorSection({ run }: RunPicture): Markup | undefined {
  const donors = run.donors.filter(({ rows }) => rows > 0);
  if (donors.length < 2) return undefined;
  return section(
    'donors',
    'Who gave the rows',
    table(
      'Donors',
      [
        { title: 'Donor' },
        { title: 'Rows', isFigure: true },
        { title: 'Sent', isFigure: true },
        { title: 'Uncompressed', isFigure: true },
      ],
      donors.map(({ donor, rows, wireBytes, rawBytes }) => [
        donor,
        formatCount(rows),
        formatBytes(wireBytes),
        formatBytes(rawBytes),
      ]),
    ),
  );
}

function noteSection({ run, report }: RunPicture): Markup | undefined {
  if (run.notes.length === 0) return undefined;
  return section(
    'notes',
    'What was told on the way',
    markup`<ul class="notes">${run.notes.map(
      ({ atMs, level, text }) =>
        markup`<li>After ${formatDuration(Math.max(0, atMs - report.startedMs))}: ${level === 'warning' ? markup`<strong>warning:</strong> ` : ''}${text}</li>`,
    )}</ul>`,
  );
}

/** Kinds of rows can be told apart without colours. */
const hatches = markup`<svg class="definitions" aria-hidden="true"><defs>
<pattern id="hatch-hot" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V7" stroke-width="3"/></pattern>
<pattern id="hatch-delta" width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="2" cy="2" r="1.3"/></pattern>
<pattern id="hatch-cache" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 1H6" stroke-width="2"/></pattern>
<pattern id="hatch-fetched" width="9" height="9" patternUnits="userSpaceOnUse"><circle cx="4" cy="4" r="1.6"/></pattern>
<pattern id="hatch-repair" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><path d="M0 0V7M0 0H7" stroke-width="2"/></pattern>
</defs></svg>`;

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
