import path from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, stateFlag, textFlag, usageError } from '../cli/base-command.ts';
import { sameFiles } from '../cli/next-step.ts';
import { replaceFlag } from '../cli/replace-flag.ts';
import { openJournal, readStanding, readStandings } from '../cli/run-standings.ts';
import { systemClock } from '../core/clock.ts';
import { ForesyncError } from '../core/errors.ts';
import { pictureOf, type RunPicture } from '../core/report/picture.ts';
import { refuseExistingPage, writePage } from '../core/report/write-page.ts';
import type { StateFile } from '../core/state/open.ts';
import { readCourse } from '../core/state/run-course.ts';
import { readRun } from '../core/state/runs.ts';
import type { RunStanding } from '../core/sync/run-standing.ts';
import { printable, shortId } from '../core/text.ts';
import { formatBytes } from '../ui/format.ts';
import { brushFor } from '../ui/metrics-paint.ts';
import { reportPage } from '../ui/report/page.ts';
import { writtenLines } from '../ui/report/written.ts';

export default class Report extends BaseCommand {
  static override summary = 'Draw a run as one page to send round.';
  static override description =
    `Writes a page of HTML that loads nothing and runs nothing: the timeline of the run, the hit rate against time, the calibration of its plan, the backlog of the Delta Log, and the bytes by kind of rows.
What only an access log of the joiner can tell is in it once 'foresync metrics RUN --log FILE' has measured it; without, the page says so.`;

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 3f9a1c2b --out report.html',
    '<%= config.bin %> <%= command.id %> 3f9a1c2b --out report.html --replace',
  ];

  static override args = {
    run: Args.string({
      ignoreStdin: true,
      description: 'A run, by its id or the beginning of it; the newest that began anything.',
    }),
  };

  static override flags = {
    out: textFlag({
      description: "The page; '-' for standard output.",
      helpValue: 'FILE',
      defaultHelp: async () => 'foresync-RUN.html',
    }),
    replace: replaceFlag(),
    'dry-run': Flags.boolean({
      description: 'Tell what would be written, and write nothing.',
      default: false,
    }),
    state: stateFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Report);
    if (flags.out === '-' && this.jsonEnabled())
      throw usageError('--json and --out - both claim standard output.', 'Name a file with --out.');
    const state = openJournal(flags.state);
    try {
      const picture = pictureOfRun(state, chosen(state, args.run));
      const { id } = picture.report;
      const page = reportPage(picture, { madeMs: systemClock.nowMs(), version: this.config.version });
      const dryRun = flags['dry-run'];
      if (flags.out === '-' && !dryRun) {
        process.stdout.write(page);
        return { runId: id };
      }
      const out = flags.out ?? `foresync-${shortId(id)}.html`;
      const sizeBytes = Buffer.byteLength(page);
      if (dryRun) {
        if (out !== '-' && !flags.replace) refuseExistingPage(out);
        this.log(
          `Run ${shortId(id)} would be drawn in ${out === '-' ? 'standard output' : printable(out, 4096)} (${formatBytes(sizeBytes)}). Nothing was written.`,
        );
        return { runId: id, file: path.resolve(out), sizeBytes, dryRun };
      }
      const file = await writePage(out, page, { replace: flags.replace });
      const brush = brushFor(process.argv, process.env);
      if (!this.jsonEnabled())
        for (const line of writtenLines(
          picture,
          { file: out, sizeBytes, stateOption: sameFiles({ state: flags.state }) },
          brush,
        ))
          this.log(line);
      return { runId: id, file, sizeBytes, dryRun };
    } finally {
      state.close();
    }
  }
}

/** Tries that were refused have nothing to show, unless there is nothing else. */
function chosen(state: StateFile, id: string | undefined): RunStanding {
  if (id !== undefined) return readStanding(state, id);
  const standings = readStandings(state);
  const newest = standings.find(({ wasRefused }) => !wasRefused) ?? standings[0];
  if (!newest)
    throw usageError(
      `No run is kept in ${printable(state.path)}.`,
      "Run 'foresync add-replica' first, or name the state file with --state.",
    );
  return newest;
}

function pictureOfRun(state: StateFile, standing: RunStanding): RunPicture {
  const picture = pictureOf(readRun(state, standing.id), standing, readCourse(state, standing.id));
  if (!picture)
    throw new ForesyncError(
      'data',
      'run-unreadable',
      `The figures of run ${shortId(standing.id)} are of another version of foresync.`,
      { hint: 'Draw it with the version that made it.' },
    );
  return picture;
}
