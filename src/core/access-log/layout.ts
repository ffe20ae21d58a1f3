import { ForesyncError } from '../errors.ts';
import type { ColumnChoice, Role } from './columns.ts';

export const formats = [
  'csv',
  'tsv',
  'jsonl',
  'monitor',
  'combined',
  'postgres-csvlog',
  'postgres-jsonlog',
  'mysql-general',
  'twemcache',
  'libcachesim',
  'pattern',
] as const;
export type LogFormat = (typeof formats)[number];

interface CommonLayout {
  /** What the report calls the columns or fields that the roles are taken from: a header's names, or `column 1`. */
  names: Partial<Record<Role, string>>;
  /** Maps a logged key, or a statement, to the table's key. */
  keyPattern?: string;
}

/** Which columns of a log with separated columns hold what, from 0. Without `op` every line is a read. */
export interface DelimitedLayout extends CommonLayout {
  format: 'csv' | 'tsv' | 'twemcache' | 'libcachesim';
  hasHeader: boolean;
  columns: Partial<Record<Role, number>> & { time: number; key: number };
}

/** Which fields of each object hold what. */
export interface JsonLayout extends CommonLayout {
  format: 'jsonl';
  names: Partial<Record<Role, string>> & { time: string; key: string };
}

/** A format that says itself where everything is. */
export interface LineLayout extends CommonLayout {
  format: 'monitor' | 'combined';
}

/** A log of SQL statements, in which only a key pattern finds keys. */
export interface StatementLayout extends CommonLayout {
  format: 'postgres-csvlog' | 'postgres-jsonlog' | 'mysql-general';
  keyPattern: string;
}

/** Any other text, a line at a time: the groups of the pattern are named by the roles. */
export interface PatternLayout extends CommonLayout {
  format: 'pattern';
  pattern: string;
}

/** Plain data, so that it can be handed to another thread. */
export type LogLayout = DelimitedLayout | JsonLayout | LineLayout | StatementLayout | PatternLayout;

/** What the operator says about a log, and is taken as it is. */
export interface LayoutChoice {
  format?: LogFormat | undefined;
  columns?: ColumnChoice | undefined;
  /** A regular expression with a group `key`. */
  keyPattern?: string | undefined;
  /** A regular expression with groups `time` and `key`, and perhaps `op` and `size`. */
  pattern?: string | undefined;
}

/** The `data` error of a log whose layout is not seen. */
export function unknownLayout(reason: string, hint: string): ForesyncError {
  return new ForesyncError('data', 'log-layout-unknown', `The log ${reason}.`, { hint });
}
