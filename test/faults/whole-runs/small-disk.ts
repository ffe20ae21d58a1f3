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

  /** Leaves so much room beside what lies there. */
  leave(freeBytes: number): void {
    const { blocks, bfree, bsize } = statfsSync(this.#folder);
    this.#resize((blocks - bfree) * bsize + Math.ceil(freeBytes / bsize) * bsize);
  }

  makeRoom(): void {
    this.#resize(1024 ** 3);
  }

  remove(): void {
    run('umount', ['-l', this.#folder]);
  }

  #resize(bytes: number): void {
    run('mount', ['-o', `remount,size=${bytes}`, this.#folder]);
  }
}

function run(program: string, args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
