import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ForesyncError } from './errors.ts';

/** The folder of this installation, wherever in it this code runs from: its sources, or what was bundled of them. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder)
      throw new ForesyncError('defect', 'package-missing', 'foresync does not find its own package.json.');
    folder = parent;
  }
  return folder;
}

/** A program for a thread, by its place under src without the extension: its source where the sources run, else what was built of it. */
export function threadProgram(place: string): URL {
  const extension = path.extname(import.meta.url);
  const folder = extension === '.ts' ? 'src' : 'dist';
  return pathToFileURL(path.join(packageRoot(), folder, `${place}${extension}`));
}
