import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whether the project in a folder is not built, or a source of it is newer than what was built last: the agent's bundle. */
export function isBehind(root: string): boolean {
  const builtMs = statSync(join(root, 'dist/agent.cjs'), { throwIfNoEntry: false })?.mtimeMs;
  if (builtMs === undefined) return true;
  const sources = globSync(['src/**/*.{ts,tsx}', 'package.json', 'tsconfig.json'], { cwd: root });
  return sources.some((source) => statSync(join(root, source)).mtimeMs > builtMs);
}
