import { loadAddonFrom } from '../store/sqlite/connection.ts';
import { keepsPriority } from '../transport/agent-host.ts';
import { agentMagic } from '../transport/handshake.ts';
import { Heartbeat } from './heartbeat.ts';
import { giveWay } from './priority.ts';
import { serve } from './serve.ts';

/**
 * The agent's process: `node agent.cjs --addon /path/of/better_sqlite3.node [--keep-priority]`. Speaks the agent protocol over standard
 * input and output and ends with its input, which is what happens when the operator's process or the connection dies. What it writes is for its owner alone.
 */
process.umask(0o077);
if (!process.argv.includes(keepsPriority)) giveWay();
const addon = process.argv[process.argv.indexOf('--addon') + 1];
if (process.argv.includes('--addon') && addon) loadAddonFrom(addon);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.stdin.destroy());
// Node would open its debugger at the host.
process.on('SIGUSR1', () => undefined);
process.stdout.write(`${agentMagic}\n`);
serve(process.stdin, process.stdout, { heartbeat: new Heartbeat(process.stdout.fd) }).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(76);
  },
);
