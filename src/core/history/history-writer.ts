import { ForesyncError } from '../errors.ts';
import type { StateDatabase } from '../state/open.ts';
import type { BatchTotals } from './counting/access-batch.ts';
import type { SpilledBatch } from './counting/event-counter.ts';
import type { ColdBatch } from './counting/table-spill.ts';
import { loadCensus, storeCensus } from './key-census-store.ts';
import { addTraffic, coarsenTraffic, endOfTraffic } from './replica-traffic.ts';
import { coldCut } from './segments/cold-cut.ts';
import type { KeyCensus } from './segments/key-census.ts';
import type { MergedRange, MergeOutput, MergeTask } from './segments/range-merge.ts';
import { coarseBefore } from './segments/retention.ts';
import { RunWriter } from './segments/run-writer.ts';
import { dropRun, listRuns, type StoredRun } from './segments/stored-runs.ts';
import { unpackSketch } from './sketch/key-sketch.ts';
import { addToSketch } from './sketch/stored-sketch.ts';

/** An older run is rewritten where what came since is at least this share of it, so that a replica has few runs and each row is rewritten seldom. */
const rewrittenShare = 0.5;

/** What a run counted. */
export interface Counted {
  batches: readonly SpilledBatch[];
  /** Keys of which no rows are to be kept. */
  cold: readonly ColdBatch[];
}

/** Merges the task's ranges, each into its output. */
export type MergeRanges = (
  task: MergeTask,
  db: StateDatabase,
  outputs: MergeOutput[],
) => Promise<MergedRange[]>;

/**
 * Changes the stored history, all in one transaction that begins with the first change, so that a run that fails leaves the
 * history as it was.
 */
export class HistoryWriter {
  readonly #db: StateDatabase;
  readonly #bucketMs: number;
  /** Whose logs this run reads. */
  readonly #replicas: readonly string[];
  /** How often what is known of their logs had been changed when this run began to look at it. */
  readonly #changesBefore: string;
  #isOpen = false;

  constructor(db: StateDatabase, bucketMs: number, replicas: readonly string[]) {
    this.#db = db;
    this.#bucketMs = bucketMs;
    this.#replicas = replicas;
    this.#changesBefore = this.#changes();
  }

  get hasChanges(): boolean {
    return this.#isOpen;
  }

  /**
   * Begins the transaction. Throws `history-changed` (kind `stopped`) where another process read logs of the same replicas since this one looked how far they
   * were read, or forgot all: both would count the same events.
   */
  begin(): void {
    if (this.#isOpen) return;
    this.#db.exec('BEGIN IMMEDIATE');
    this.#isOpen = true;
    if (this.#changes() !== this.#changesBefore) throw changedMeanwhile();
  }

  commit(): void {
    if (!this.#isOpen) return;
    for (const replica of this.#replicas) this.#countChange(changesOf(replica));
    this.#db.exec('COMMIT');
    this.#isOpen = false;
  }

  rollback(): void {
    if (this.#isOpen && this.#db.inTransaction) this.#db.exec('ROLLBACK');
    this.#isOpen = false;
  }

  /** Forgets everything that was read before. */
  clearHistory(): void {
    this.begin();
    for (const table of ['earlier_row', 'segment', 'run', 'sketch', 'replica', 'source', 'table_source'])
      this.#db.exec(`DELETE FROM history_${table}`);
    this.#db.exec("DELETE FROM history_meta WHERE name = 'census'");
    this.#countChange(rebuilds);
  }

  /** Adds what was counted, and folds the coldest keys into sketches where more than `maxKeys` would be kept. The rows of the batches must be cut into `ranges`. */
  async store(
    { batches, cold: coldBatches }: Counted,
    { ranges, maxKeys, merge }: { ranges: number; maxKeys: number; merge: MergeRanges },
  ): Promise<void> {
    if (batches.length + coldBatches.length === 0) return;
    this.begin();
    const ids = new Map<string, number>();
    for (const { rows } of batches) ids.set(rows.replica, this.#replicaId(rows.replica));
    for (const { replica } of coldBatches) ids.set(replica, this.#replicaId(replica));
    const runs = listRuns(this.#db);
    this.#addTotals([
      ...batches.map(({ rows, ...totals }) => ({ ...totals, id: ids.get(rows.replica) as number })),
      ...coldBatches.map(({ replica, sketch, traffic }) => ({
        ...sketch,
        traffic,
        id: ids.get(replica) as number,
      })),
    ]);
    for (const { replica, sketch } of coldBatches) addToSketch(this.#db, ids.get(replica) as number, sketch);
    const coarse = coarseBefore(endOfTraffic(this.#db) * this.#bucketMs, this.#bucketMs);
    coarsenTraffic(this.#db, coarse, this.#bucketMs);
    const rewritten = runsToRewrite(runs, batches, ids);
    const task: MergeTask = {
      bucketMs: this.#bucketMs,
      ranges,
      coarse,
      spilled: batches.map(({ rows }) => ({ ...rows, replica: ids.get(rows.replica) ?? 0 })),
      rewritten,
      kept: runs.filter((run) => !rewritten.includes(run)),
      cold: undefined,
    };
    const census = loadCensus(this.#db);
    await this.#merge(task, census, merge);
    const cold = coldCut(census, maxKeys);
    if (cold) {
      const all = { ...task, spilled: [], rewritten: listRuns(this.#db), kept: [], cold };
      census.hottest = [];
      await this.#merge(all, census, merge);
    }
    storeCensus(this.#db, census);
  }

  #changes(): string {
    const find = this.#db.prepare<[string], number>('SELECT value FROM history_meta WHERE name = ?').pluck();
    return [rebuilds, ...this.#replicas.map(changesOf)].map((name) => find.get(name) ?? 0).join(' ');
  }

  #countChange(name: string): void {
    this.#db
      .prepare('INSERT INTO history_meta VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1')
      .run(name);
  }

  async #merge(task: MergeTask, census: KeyCensus, merge: MergeRanges): Promise<void> {
    const replicas = new Set([...task.spilled, ...task.rewritten].map(({ replica }) => replica));
    const writers = new Map(
      [...replicas].map((replica) => [replica, new RunWriter(this.#db, replica, task.ranges)]),
    );
    const outputs = Array.from(
      { length: task.ranges },
      (_, range): MergeOutput => ({
        segment: (replica, segment) => writers.get(replica)?.add(range, segment),
      }),
    );
    for (const merged of await merge(task, this.#db, outputs)) {
      census.merge(merged.census);
      for (const [replica, sketch] of merged.cold) addToSketch(this.#db, replica, unpackSketch(sketch));
    }
    for (const run of task.rewritten) dropRun(this.#db, run.id);
    for (const writer of writers.values()) writer.finish(task.coarse);
  }

  #replicaId(name: string): number {
    const known = this.#db
      .prepare<[string], number>('SELECT id FROM history_replica WHERE name = ?')
      .pluck()
      .get(name);
    if (known !== undefined) return known;
    const added = this.#db
      .prepare(
        'INSERT INTO history_replica (name, reads, writes, first_ms, last_ms) VALUES (?, 0, 0, 9e15, 0)',
      )
      .run(name);
    return Number(added.lastInsertRowid);
  }

  #addTotals(all: readonly (BatchTotals & { id: number })[]): void {
    const add = this.#db.prepare(
      `UPDATE history_replica SET reads = reads + ?, writes = writes + ?, first_ms = min(first_ms, ?), last_ms = max(last_ms, ?)
       WHERE id = ?`,
    );
    for (const { id, reads, writes, firstMs, lastMs, traffic } of all) {
      add.run(reads, writes, firstMs, lastMs, id);
      addTraffic(this.#db, id, traffic);
    }
  }
}

/** Of each replica that rows came of, from the youngest run on, as long as a run is small beside all that came after it. */
function runsToRewrite(
  runs: readonly StoredRun[],
  batches: readonly SpilledBatch[],
  ids: ReadonlyMap<string, number>,
): StoredRun[] {
  const chosen: StoredRun[] = [];
  for (const [name, id] of ids) {
    let newer = batches
      .filter(({ rows }) => rows.replica === name)
      .reduce((sum, { rows }) => sum + rows.rows, 0);
    for (const run of runs.filter(({ replica }) => replica === id).reverse()) {
      if (newer < run.rows * rewrittenShare) break;
      chosen.push(run);
      newer += run.rows;
    }
  }
  return chosen;
}

const rebuilds = 'rebuilds';

function changesOf(replica: string): string {
  return `changes of ${replica}`;
}

function changedMeanwhile(): ForesyncError {
  const message = 'Another foresync read logs of the same replica meanwhile; nothing of this run was kept.';
  return new ForesyncError('stopped', 'history-changed', message, { hint: 'Run it again.' });
}
