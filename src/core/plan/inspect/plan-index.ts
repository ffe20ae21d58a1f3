import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { rowKeyText } from '../../row-key-text.ts';
import { invalid, parseEntry } from '../plan-line.ts';
import { openPlan, unreadable } from '../plan-lines.ts';
import type { PlanEntry, PlanHeader } from '../prefetch-plan.ts';
import { placedEntries, readHeader } from '../read-plan.ts';
import { EntryColumns } from './entry-columns.ts';
import { KeyTexts } from './key-texts.ts';

/** No entry's line is shorter, so that the file's size limits what a header can make us reserve. */
const leastLineBytes = 80;
const entriesPerReport = 10_000;

export interface IndexOptions {
  signal?: AbortSignal | undefined;
  /** Told now and then how many of the entries have been read. */
  onProgress?: ((done: number, all: number) => void) | undefined;
}

/**
 * A plan file that can be asked for any entry: its figures in columns and the beginning of each key in memory, all else in the file, which stays open.
 * Entries are numbered from 0 in the plan's order. About 90 bytes an entry with keys of 25 bytes.
 */
export class PlanIndex {
  readonly file: string;
  readonly header: PlanHeader;
  readonly columns: EntryColumns;
  readonly keys: KeyTexts;
  /** 1 for a key that is a text; others may look alike. */
  readonly isText: Uint8Array;
  readonly #handle: FileHandle;

  private constructor(
    file: string,
    handle: FileHandle,
    header: PlanHeader,
    read: { columns: EntryColumns; keys: KeyTexts; isText: Uint8Array },
  ) {
    this.file = file;
    this.#handle = handle;
    this.header = header;
    this.columns = read.columns;
    this.keys = read.keys;
    this.isText = read.isText;
  }

  /**
   * Reads the whole file once. Throws as `readPlan` and its `entries` do, before anything can be asked of a plan that is broken.
   * The caller closes the index.
   */
  static async open(file: string, { signal, onProgress }: IndexOptions = {}): Promise<PlanIndex> {
    const handle = await openPlan(file);
    try {
      const header = await readHeader(handle, file);
      const { size } = await handle.stat();
      const room = Math.min(header.entries, Math.ceil(size / leastLineBytes));
      const read = {
        columns: new EntryColumns(room),
        keys: new KeyTexts(room),
        isText: new Uint8Array(room),
      };
      for await (const { entry, line } of placedEntries(handle, file, header.entries)) {
        const { length } = read.columns;
        if (length % entriesPerReport === 0) {
          signal?.throwIfAborted();
          onProgress?.(length, header.entries);
        }
        read.isText[length] = typeof entry.key === 'string' ? 1 : 0;
        read.columns.add(entry, line.offset, line.bytes);
        read.keys.add(rowKeyText(entry.key));
      }
      read.keys.finish();
      onProgress?.(header.entries, header.entries);
      return new PlanIndex(file, handle, header, read);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get length(): number {
    return this.columns.length;
  }

  /** The entry as the file has it. Throws `plan-invalid` where the file was written over meanwhile. */
  entryAt(number: number): PlanEntry {
    const line = Buffer.allocUnsafe(this.columns.bytes[number] as number);
    let read: number;
    try {
      read = readSync(this.#handle.fd, line, 0, line.length, this.columns.offset[number] as number);
    } catch (error) {
      throw unreadable(this.file, error);
    }
    if (read < line.length) throw invalid(number + 2, 'the file has become shorter');
    return parseEntry(line.toString('utf8'), number + 2);
  }

  /** The key's text, whole. */
  at(number: number): string {
    return this.keys.isWhole(number) ? this.keys.at(number) : rowKeyText(this.entryAt(number).key);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
