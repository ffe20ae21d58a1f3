import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/free-port.ts';
import type { TestSshd } from '../../test/support/sshd.ts';
import type { Route } from './copy-place.ts';

/** Where the tool lies that makes a loopback connection slow: FORESYNC_SLOW_LINK, or beside the checkout. Throws where there is none. */
export function slowLinkTool(): string {
  const beside = fileURLToPath(new URL('../../../shared/tools/slow-link.mjs', import.meta.url));
  const tool = path.resolve(process.env.FORESYNC_SLOW_LINK ?? beside);
  if (existsSync(tool)) return tool;
  throw new Error(
    `There is no ${tool}. It limits the rate and adds delay between ssh and sshd, which this bench is about; name its place with FORESYNC_SLOW_LINK.`,
  );
}

/** The same host behind a link of a rate and a round-trip time, such as '100mbit' and '100ms'. */
export async function slowRoute(
  sshd: TestSshd,
  link: { rate: string; rtt: string },
): Promise<Route & { stop(): Promise<void> }> {
  const port = await freePort();
  const to = `127.0.0.1:${sshd.port}`;
  const args = ['--listen', String(port), '--to', to, '--rate', link.rate, '--rtt', link.rtt];
  const child = spawn(process.execPath, [slowLinkTool(), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  await ready(child);
  const configFile = path.join(sshd.folder, 'slow-ssh-config');
  // ssh takes the first value that it finds for an option; the host's key is known under the port of sshd itself.
  const lines = [
    `Host ${sshd.destination}`,
    `  Port ${port}`,
    `  HostKeyAlias [127.0.0.1]:${sshd.port}`,
    'Match all',
    `  Include ${sshd.configFile}`,
  ];
  writeFileSync(configFile, `${lines.join('\n')}\n`);
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  };
  return { configFile, destination: sshd.destination, stop };
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout) {
    for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') return;
  }
  throw new Error('The slow link ended before it was ready');
}
