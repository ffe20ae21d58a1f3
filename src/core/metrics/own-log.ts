import { findAtHost } from '../access-log/find-remote-logs.ts';
import { noSuchLog, openLogFile } from '../access-log/log-file.ts';
import { remoteName } from '../access-log/remote-log.ts';
import { ForesyncError } from '../errors.ts';
import { formatBytes } from '../format.ts';
import { parseHost } from '../group/host.ts';
import { printable } from '../text.ts';
import type { LogToMeasure } from './measure-run.ts';
import type { RunReport } from './run-report.ts';

/** The log that the joiner wrote of the reads that it answered, as it lies at its host; undefined for a run that served none. */
export function ownLogOf(
  { figures }: RunReport,
  { signal, mostBytes = Number.POSITIVE_INFINITY }: { signal: AbortSignal; mostBytes?: number },
): LogToMeasure | undefined {
  const log = figures?.serving?.log;
  if (!log) return undefined;
  const host = parseHost(log.host);
  const name = host.kind === 'local' ? log.file : remoteName(host.destination, log.file);
  const open = async () => {
    const opened =
      host.kind === 'local'
        ? await openLogFile(log.file, signal)
        : await openAtHost(host.destination, log.file, signal);
    const sizeBytes = opened.identity?.sizeBytes ?? 0;
    if (sizeBytes <= mostBytes) return opened;
    await opened.close();
    throw tooLarge(name, sizeBytes);
  };
  return { name, open };
}

/** Whether it may hold more than what was measured of it: nothing was yet, or the run went on after that. */
export function isOwnLogDue({ figures, cameTrue, endedMs, outcome }: RunReport): boolean {
  if (!figures?.serving?.log) return false;
  if (!cameTrue?.replica.measured?.reads || outcome === 'running') return true;
  return cameTrue.measuredAtMs < (endedMs ?? 0);
}

async function openAtHost(destination: string, file: string, signal: AbortSignal) {
  const [found = []] = await findAtHost(destination, [{ pattern: file, withHead: true }], { signal });
  const [log] = found;
  if (!log) throw noSuchLog(remoteName(destination, file));
  return log.open(signal);
}

function tooLarge(name: string, sizeBytes: number): ForesyncError {
  return new ForesyncError('data', 'log-large', `${printable(name)} has ${formatBytes(sizeBytes)}.`);
}
