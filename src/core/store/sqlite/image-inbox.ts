import {
  closeSync,
  constants,
  existsSync,
  ftruncateSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '../../errors.ts';
import type { Connection } from './connection.ts';
import { type ImageShape, imageForeign, imageSchema } from './image.ts';
import { sharedMemory } from './shared-memory.ts';

const prefix = 'foresync-inbox-';

/** Containers often have 64 MiB of shared memory in all; chunks are smaller than this unless single rows are larger. */
const maxSharedBytes = 16 * 1024 * 1024;

/**
 * Where received images are put to be attached: in shared memory where the system has it, else, and for images of very
 * large rows, beside the joiner's file. One connection stays open over all chunks that way, and keeps its page cache.
 */
export class ImageInbox {
  readonly #beside: string;
  readonly #folders = new Map<string, string>();

  /** `beside` is a folder on the joiner's disk. */
  constructor(beside: string) {
    this.#beside = beside;
    // In both places: which of them this one will use depends on its rows, and which an earlier one has used on its own.
    sweepInboxes(beside);
  }

  /** Attaches images as in0, in1, … while `work` runs. An image with another schema than its own is refused. */
  with<T>(
    db: Connection,
    images: readonly { bytes: Buffer; shape: ImageShape }[],
    work: (...names: string[]) => T,
  ): T {
    const attached: string[] = [];
    try {
      for (const [index, image] of images.entries()) {
        const file = path.join(this.#folderFor(image.bytes.length), `in${index}.db`);
        overwrite(file, image.bytes);
        refusingForeign(() => db.prepare(`ATTACH ? AS in${index}`).run(file));
        attached.push(`in${index}`);
        refusingForeign(() => check(db, `in${index}`, image.shape));
      }
      return work(...attached);
    } finally {
      for (const name of attached) db.exec(`DETACH ${name}`);
    }
  }

  close(): void {
    for (const folder of this.#folders.values()) removePrivateFolder(folder);
    this.#folders.clear();
  }

  #folderFor(bytes: number): string {
    const parent = (bytes <= maxSharedBytes && sharedMemory()) || this.#beside;
    const known = this.#folders.get(parent);
    if (known !== undefined) return known;
    const made = privateFolder(parent);
    this.#folders.set(parent, made);
    return made;
  }
}

/** A new folder of this process's own, which `sweepInboxes` removes once the process is gone. */
export function privateFolder(parent: string): string {
  return mkdtempSync(path.join(parent, `${prefix}${process.pid}-`));
}

/** With all that is in it. May be repeated. */
export function removePrivateFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** In place: a file cut to nothing first would give back its pages only to be given new ones. */
function overwrite(file: string, bytes: Buffer): void {
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(descriptor, bytes, written, bytes.length - written, written);
    }
    ftruncateSync(descriptor, bytes.length);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * A hostile image could bring triggers or views of its own, or pages that lead to one another, in which a walk over a few of them
 * would not end in years: `quick_check` finds every page that is reached twice.
 */
function check(db: Connection, name: string, shape: ImageShape): void {
  const found = db.prepare(`SELECT sql FROM ${name}.sqlite_schema ORDER BY rowid`).pluck().all();
  const wanted = imageSchema(shape);
  const isAsWanted = found.length === wanted.length && found.every((sql, i) => sql === wanted[i]);
  if (!isAsWanted || db.pragma(`${name}.quick_check(1)`, { simple: true }) !== 'ok') {
    throw imageForeign();
  }
}

/** What SQLite says of a damaged image would read as if the joiner's file were damaged. */
function refusingForeign(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw /^SQLITE_(ERROR|NOTADB|CORRUPT)/.test(systemCodeOf(error) ?? '') ? imageForeign(error) : error;
  }
}

/** Removes what agents of this login's that were killed left behind, in shared memory and in a folder on the joiner's disk. May be repeated. */
export function sweepInboxes(beside: string): void {
  for (const parent of [sharedMemory(), beside])
    if (parent !== undefined && existsSync(parent)) sweep(parent);
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = path.join(parent, name);
    if (lstatSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.())
      rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
