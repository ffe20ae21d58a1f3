import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, statfsSync } from 'node:fs';

/** A file system of its own in the place of a folder, whose room can be made small. Needs root. */
export class SmallDisk {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    const aside = `${folder}-aside`;
    cpSync(folder, aside, { recursive: true });
    run('mount', ['-t', 'tmpfs', '-o', 'size=1g', 'foresync-faults', folder]);
    cpSync(aside, folder, { recursive: true });
    rmSync(aside, { recursive: true });
  }

  static get isPossible(): boolean {
    return process.platform === 'linux' && process.getuid?.() === 0;
  }

  /** Leaves so much room beside what lies there, or less where writers take some of it meanwhile. */
  leave(freeBytes: number): void {
    for (let tries = 0; tries < 100; tries++) {
      const { blocks, bfree, bsize } = statfsSync(this.#folder);
      const sizeBytes = (blocks - bfree) * bsize + Math.ceil(freeBytes / bsize) * bsize;
      // It is refused where a writer took more than that since.
      if (spawnSync('mount', ['-o', `remount,size=${sizeBytes}`, this.#folder]).status === 0) return;
    }
    throw new Error(`${this.#folder} cannot be made small`);
  }

  makeRoom(): void {
    run('mount', ['-o', 'remount,size=1g', this.#folder]);
  }

  remove(): void {
    run('umount', ['-l', this.#folder]);
  }
}

function run(program: string, args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
