import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { isPlaced, layerOf, mayImport, reserved } from './layers.ts';

/**
 * Holds the import rules of `layers.ts`. Biome's restricted imports know neither "types alone" nor a member such as
 * `process.exit`, and would spread this one table over a dozen overrides.
 */
export interface Violation {
  path: string;
  line: number;
  message: string;
}

interface Import {
  module: string;
  typesOnly: boolean;
  line: number;
}

/** What is wrong in one file; `path` is relative to the project, such as `src/core/plan/plan-file.ts`. */
export function violationsIn(path: string, text: string): Violation[] {
  const from = layerOf(path);
  const found: Violation[] = [];
  const report = (line: number, message: string) => found.push({ path, line, message });

  if (!isPlaced(path)) report(1, `scripts/layers.ts says nothing of ${dirname(path)}; give it its place`);
  for (const { module, typesOnly, line } of importsOf(text)) {
    if (module.startsWith('.')) {
      const to = layerOf(normalize(join(dirname(path), module)));
      const allowed = mayImport(from, to);
      if (allowed === 'nothing') report(line, `${from} may not import ${to}: ${module}`);
      if (allowed === 'types' && !typesOnly)
        report(line, `${from} may import types alone from ${to}: ${module}`);
      continue;
    }
    for (const { modules, only, types, why } of reserved) {
      if (modules.test(module) && !only.includes(from) && !(types && typesOnly))
        report(line, `${module}: ${why}`);
    }
  }
  if (path.startsWith('src/core/') && path !== agentEntry) {
    for (const { index } of text.matchAll(/\bprocess\.(exit\(|exitCode\b)/g)) {
      report(lineAt(text, index), 'core throws; the exit code is decided in cli');
    }
  }
  return found;
}

/** The agent is a program of its own on another host, so it ends its own process. */
const agentEntry = 'src/core/agent/main.ts';

/** Static, dynamic and worker imports, as Biome formats them. */
function importsOf(text: string): Import[] {
  const statements =
    /^(?:import|export)\s+(?:(type)\s+)?(?:[^'";]*?\bfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'|\bnew URL\(\s*'(\.[^']+)'/gm;
  return [...text.matchAll(statements)].map((match) => ({
    module: match[2] ?? match[3] ?? match[4] ?? '',
    typesOnly: match[1] === 'type',
    line: lineAt(text, match.index),
  }));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

if (import.meta.main) {
  const paths = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.tsx?$/.test(path),
  );
  const found = paths.flatMap((path) => violationsIn(`src/${path}`, readFileSync(`src/${path}`, 'utf8')));
  for (const { path, line, message } of found) console.error(`${path}:${line}: ${message}`);
  if (found.length > 0) process.exitCode = 1;
}
