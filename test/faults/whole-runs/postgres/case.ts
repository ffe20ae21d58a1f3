import type { CommonCase } from '../case.ts';
import type { PgTable } from './random-table.ts';

/** A whole run between PostgreSQL servers. */
export interface PgCase extends CommonCase {
  table: PgTable;
  /** Rows that it holds at first, beside those that the first writes bring, and the size of each. */
  rows: number;
  rowBytes: number;
  /** One row of this size, where it is not 0. */
  largeRowBytes: number;
  firstWrites: string[];
  /** Over and over while it runs. */
  writes: string[];
  /** More than one write side by side; then the donor alone can be compared with. */
  writerConnections: number;
  /** Of --delta-budget, where it is given. */
  deltaBudgetKeys: number | undefined;
  handOver: 'subscription' | 'none';
}
