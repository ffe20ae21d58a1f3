import { exitCodes } from '../errors.ts';
import type { Report } from './check.ts';

/** What all reports come to. */
export interface Verdict {
  failures: number;
  warnings: number;
  /** 0 without a failure, else that of the first: lead before other donors, joiner last. */
  exitCode: number;
}

export function verdictOf(reports: readonly Report[]): Verdict {
  const checks = reports.flatMap((report) => report.checks);
  const failures = checks.filter(({ level }) => level === 'failure');
  const first = failures[0]?.error;
  return {
    failures: failures.length,
    warnings: checks.filter(({ level }) => level === 'warning').length,
    exitCode: first ? exitCodes[first.kind] : 0,
  };
}
