import type { StateDatabase } from '../../state/open.ts';
import type { PackedSketch } from '../sketch/key-sketch.ts';
import { type ColdCut, isCut } from './cold-cut.ts';
import { ColdSketches } from './cold-sketches.ts';
import { KeyCensus, type StoredCensus } from './key-census.ts';
import { rangeStart } from './order-hash.ts';
import { type CoarseBefore, coarsen } from './retention.ts';
import { RowAccesses } from './row-accesses.ts';
import { RowSum } from './row-sum.ts';
import { firstOf, RowCursor, type Segment, SegmentPacker } from './segment.ts';
import { type SpilledRows, SpillSource } from './spill.ts';
import { RunSource, type StoredRun } from './stored-runs.ts';

/** What is merged, as plain data for any thread. Replicas are numbered as in the state file. */
export interface MergeTask {
  bucketMs: number;
  ranges: number;
  coarse: CoarseBefore;
  spilled: (Omit<SpilledRows, 'replica'> & { replica: number })[];
  /** Their rows go into the new runs. */
  rewritten: StoredRun[];
  /** Looked at where a key came, to know what it had before. Empty where `cold` is given. */
  kept: StoredRun[];
  cold: ColdCut | undefined;
}

/** What a range gives while it is merged. */
export interface MergeOutput {
  segment(replica: number, segment: Segment): void;
}

const groupsPerTurn = 4096;
const hourMs = 3_600_000;

/** One source of rows, at one replica. */
interface Input {
  replica: number;
  role: 'spilled' | 'rewritten' | 'kept';
  cursor: RowCursor;
}

/** What a range leaves beside its segments, as plain data. */
export interface MergedRange {
  /** What changed of the census. */
  census: StoredCensus;
  /** The keys that are not kept, by replica. */
  cold: Map<number, PackedSketch>;
}

/**
 * Merges one range of hashes of sorted rows: each key once and replica gets one row in a new run of its replica. Yields now and then, so that the caller can
 * do something else. Rows that were read before are merged as they are stored.
 */
export function* mergeRange(
  task: MergeTask,
  range: number,
  db: StateDatabase,
  output: MergeOutput,
): Generator<void, MergedRange> {
  const merge = new RangeMerge(task, range, db, output);
  for (let groups = 1; merge.next(); groups++) if (groups % groupsPerTurn === 0) yield;
  return merge.finish();
}

class RangeMerge {
  readonly #task: MergeTask;
  readonly #output: MergeOutput;
  readonly #driving: Input[];
  readonly #kept: Input[];
  readonly #endHash: number;
  readonly #packers = new Map<number, SegmentPacker>();
  readonly #census = new KeyCensus();
  readonly #cold = new ColdSketches();
  /** The rows of the key that is merged now. */
  readonly #group: Input[] = [];
  readonly #row = new RowAccesses();
  readonly #added = new RowSum();
  readonly #before = new RowSum();
  readonly #ofReplica = new RowSum();

  constructor(task: MergeTask, range: number, db: StateDatabase, output: MergeOutput) {
    this.#task = task;
    this.#output = output;
    const start = rangeStart(range, task.ranges);
    this.#endHash = rangeStart(range + 1, task.ranges);
    const ofRun = (role: Input['role']) => (run: StoredRun) => ({
      replica: run.replica,
      role,
      cursor: new RowCursor(new RunSource(db, run, start, this.#endHash)),
    });
    this.#driving = [
      ...task.spilled.map((rows) => ({
        replica: rows.replica,
        role: 'spilled' as const,
        cursor: new RowCursor(new SpillSource(rows, range)),
      })),
      ...task.rewritten.map(ofRun('rewritten')),
    ];
    this.#kept = task.kept.map(ofRun('kept'));
    for (const { cursor } of this.#driving) cursor.advanceTo(start);
  }

  /** Merges the next key; returns false where there is none. */
  next(): boolean {
    const lead = firstOf(this.#driving);
    if (!lead || lead.hash >= this.#endHash) return false;
    const { hash } = lead;
    for (const { cursor } of this.#kept) {
      cursor.advanceTo(hash);
      while (cursor.hash === hash && isBefore(cursor, lead)) cursor.advance();
    }
    this.#collect(lead);
    const isNew = this.#group.some(({ role }) => role === 'spilled');
    if (isNew) this.#count(lead);
    if (!this.#task.cold || this.#isKept(lead, this.#task.cold)) this.#write(lead, isNew);
    for (const { cursor } of this.#group) cursor.advance();
    return true;
  }

  finish(): MergedRange {
    for (const packer of this.#packers.values()) packer.flush();
    return { census: this.#census.stored(), cold: this.#cold.packed() };
  }

  #collect(lead: RowCursor): void {
    this.#group.length = 0;
    for (const input of this.#driving) if (isSameKey(input.cursor, lead)) this.#group.push(input);
    for (const input of this.#kept) if (isSameKey(input.cursor, lead)) this.#group.push(input);
  }

  #count({ bytes, keyStart, keyEnd }: RowCursor): void {
    this.#added.clear();
    this.#before.clear();
    for (const { role, replica, cursor } of this.#group)
      (role === 'spilled' ? this.#added : this.#before).add(cursor, replica, this.#task.bucketMs);
    this.#census.update(
      this.#before.isEmpty ? undefined : this.#before,
      this.#added,
      this.#task.bucketMs,
      this.#task.coarse.days,
      () => textOf(bytes, keyStart, keyEnd),
    );
  }

  /** One row for each replica of the group, without those that are kept in their runs. */
  #write(lead: RowCursor, isNew: boolean): void {
    const { coarse, bucketMs } = this.#task;
    const { hash, bytes, keyStart, keyEnd } = lead;
    const write = (replica: number, accesses: RowAccesses) => {
      coarsen(accesses, coarse, bucketMs);
      this.#packer(replica).add(hash, bytes, keyStart, keyEnd, accesses);
    };
    const [first] = this.#group as [Input];
    // Most keys have come now for the first time, or have not come at all.
    if (isNew && this.#before.isEmpty && this.#added.replicas.length === 1)
      return write(first.replica, this.#added.accesses);
    if (!isNew && this.#group.length === 1 && this.#staysAsItIs(first.cursor)) {
      const { cursor } = first;
      return this.#packer(first.replica).addPacked(hash, cursor.bytes, cursor.rowStart, cursor.rowEnd);
    }
    const rows = this.#group.filter(({ role }) => role !== 'kept');
    for (const replica of new Set(rows.map((row) => row.replica))) {
      const sum = this.#ofReplica;
      sum.clear();
      for (const row of rows) if (row.replica === replica) sum.add(row.cursor, replica, bucketMs);
      write(replica, sum.accesses);
    }
  }

  #staysAsItIs(cursor: RowCursor): boolean {
    if (this.#task.coarse.hours === 0) return true;
    cursor.unpack(this.#row, this.#task.bucketMs);
    return (this.#row.buckets[0] as number) >= this.#task.coarse.hours;
  }

  /** Puts a key that is cold into the sketches. */
  #isKept(lead: RowCursor, cold: ColdCut): boolean {
    const { bytes, keyStart, keyEnd } = lead;
    const all = this.#added;
    all.clear();
    for (const { replica, cursor } of this.#group) all.add(cursor, replica, this.#task.bucketMs);
    const hour = Math.floor(all.accesses.lastMs / hourMs);
    if (!isCut(cold, hour, lead.hash)) {
      this.#census.keep(all, () => textOf(bytes, keyStart, keyEnd));
      return true;
    }
    for (const { replica, cursor } of this.#group) {
      cursor.unpack(this.#row, this.#task.bucketMs);
      this.#cold.add(replica, bytes.subarray(keyStart, keyEnd), this.#row);
    }
    this.#census.forget(all);
    return false;
  }

  #packer(replica: number): SegmentPacker {
    let packer = this.#packers.get(replica);
    if (!packer) {
      packer = new SegmentPacker(this.#task.bucketMs, (segment) => this.#output.segment(replica, segment));
      this.#packers.set(replica, packer);
    }
    return packer;
  }
}

function isBefore(cursor: RowCursor, { bytes, keyStart, keyEnd }: RowCursor): boolean {
  return cursor.compareKey(bytes, keyStart, keyEnd) < 0;
}

function isSameKey(cursor: RowCursor, { hash, bytes, keyStart, keyEnd }: RowCursor): boolean {
  return cursor.hash === hash && cursor.compareKey(bytes, keyStart, keyEnd) === 0;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}
