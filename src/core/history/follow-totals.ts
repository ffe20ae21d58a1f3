import { mergeTimes } from '../access-log/event-times.ts';
import type { IngestReport } from './ingest.ts';
import type { LogReport } from './log-report.ts';

const keptRejects = 5;

/** What became of the logs over all rounds. */
export class FollowTotals {
  readonly #files = new Map<string, LogReport>();
  #profile: IngestReport['profile'];

  add({ files, profile }: IngestReport): void {
    for (const file of files) {
      const name = JSON.stringify([file.replica, file.path]);
      const before = this.#files.get(name);
      this.#files.set(name, before ? mergeReports(before, file) : file);
    }
    this.#profile = profile;
  }

  report(): IngestReport {
    return { files: [...this.#files.values()], profile: this.#profile };
  }
}

/** One report of what two runs read of the same path, one after the other. */
export function mergeReports(before: LogReport, next: LogReport): LogReport {
  return {
    ...next,
    format: next.format ?? before.format,
    columns: next.format === undefined ? before.columns : next.columns,
    lines: before.lines + next.lines,
    events: before.events + next.events,
    eventLines: before.eventLines + next.eventLines,
    rejected: before.rejected + next.rejected,
    ignored: before.ignored + next.ignored,
    headers: before.headers + next.headers,
    unmatched: before.unmatched + next.unmatched,
    rejects: [...before.rejects, ...next.rejects].slice(0, keptRejects),
    ...(before.times && next.times ? { times: mergeTimes(before.times, next.times) } : {}),
    bytes: before.bytes + next.bytes,
    state: before.state === 'new' || before.state === 'grown' ? before.state : next.state,
  };
}
