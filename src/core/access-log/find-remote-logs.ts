import { existsSync } from 'node:fs';
import { ForesyncError } from '../errors.ts';
import { parseHost } from '../group/host.ts';
import { printable } from '../text.ts';
import type { RemoteScriptOptions } from '../transport/remote-script.ts';
import type { OpenLog } from './log-file.ts';
import { openRemoteLog, remoteName } from './remote-log.ts';
import { type RemoteAsk, type RemoteFile, type RemoteFinding, surveyHost } from './remote-survey.ts';

/** A log at a host as the operator names it, perhaps by a glob. */
export interface RemoteLogName {
  destination: string;
  pattern: string;
}

/** A log that was found at a host, by the name that people read, and how it is opened. */
export interface RemoteLog {
  path: string;
  /** Tells it from the host's other files. */
  file: string;
  sizeBytes: number;
  open: (signal?: AbortSignal) => OpenLog;
}

/**
 * Reads `host:PATH` and `user@host:PATH`, an IPv6 address in brackets. Undefined for a path of this machine: where a colon comes after
 * a slash, or a file has that very name. Throws the `usage` error of `parseHost`.
 */
export function parseRemoteLog(text: string): RemoteLogName | undefined {
  const [, host = '', pattern = ''] =
    /^((?:[^/:@]*@)?(?:\[[0-9A-Fa-f:.%\w]+\]|[^/:@]+)):(.+)$/s.exec(text) ?? [];
  if (host === '' || existsSync(text)) return undefined;
  const spec = parseHost(host.replace(/[[\]]/g, ''));
  return spec.kind === 'ssh' ? { destination: spec.destination, pattern } : undefined;
}

/**
 * Finds what each ask asks for at one host, in one connection. Throws what `surveyHost` does, and `io` (`log-unreadable`) for what is
 * wanted with its head and is no log.
 */
export async function findAtHost(
  destination: string,
  asks: readonly RemoteAsk[],
  options: RemoteScriptOptions,
): Promise<RemoteLog[][]> {
  const findings = await surveyHost(destination, asks, options);
  return findings.map(({ files, refusal }, index) => {
    if (refusal && asks[index]?.withHead) throw noLog(destination, refusal);
    return files.map((file) => located(file, options));
  });
}

function located(file: RemoteFile, options: RemoteScriptOptions): RemoteLog {
  return {
    path: remoteName(file.destination, file.path),
    file: `${file.identity.device}/${file.identity.inode}`,
    sizeBytes: file.identity.sizeBytes,
    open: (signal) => openRemoteLog(file, { ...options, signal }),
  };
}

/** Waits for all, so that none still runs when one fails. */
export async function allOf<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
}

/** Each file once, by the first name it has. */
export function distinctLogs(logs: readonly RemoteLog[]): RemoteLog[] {
  const byFile = Map.groupBy(logs, ({ file }) => file);
  return [...byFile.values()].flatMap((same) => same.slice(0, 1));
}

function noLog(destination: string, refusal: NonNullable<RemoteFinding['refusal']>): ForesyncError {
  const name = printable(remoteName(destination, refusal.path));
  const [message, hint] = {
    folder: [`${name} is a folder.`, 'Name the files in it.'],
    odd: [`${name} is no file.`, 'Over ssh regular files are read alone.'],
    denied: [`${name} cannot be read by the login there.`, 'Check its permissions.'],
  }[refusal.reason] as [string, string];
  return new ForesyncError('io', 'log-unreadable', message, { hint });
}
