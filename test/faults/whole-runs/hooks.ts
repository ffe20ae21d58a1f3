// Loaded before the command and before each agent (`node --import`): counts what the process does to databases and files, and has the
// fault happen at its step. The fault comes in FORESYNC_FAULT, the process's name in FORESYNC_FAULT_ROLE.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import type { ArmedFault } from './armed-fault.ts';

const given = JSON.parse(process.env.FORESYNC_FAULT ?? 'null') as ArmedFault | null;
// It happens once, whatever is started after it.
const armed = given && !fs.existsSync(given.markFile) ? given : null;
const isCommand = process.argv[1]?.endsWith('run.js') === true;
const role = isCommand ? 'operator' : process.env.FORESYNC_FAULT_ROLE;

if (armed?.fault.kind === 'killed-at-line' && isCommand) killAtLine(armed.fault.line, armed.markFile);
if (
  armed &&
  (armed.fault.kind === 'killed' || armed.fault.kind === 'clock-jumped') &&
  armed.fault.who === role
)
  hookSteps(armed);

function killAtLine(wanted: number, markFile: string): void {
  const write = process.stderr.write.bind(process.stderr) as (text: unknown, ...rest: unknown[]) => boolean;
  let lines = 0;
  process.stderr.write = ((text: unknown, ...rest: unknown[]) => {
    const result = write(text, ...rest);
    lines += String(text).split('\n').length - 1;
    if (lines >= wanted) die(markFile);
    return result;
  }) as typeof process.stderr.write;
}

function hookSteps({ fault, markFile }: ArmedFault): void {
  let steps = 0;
  const step = () => {
    steps++;
    if (fault.kind === 'killed' && steps === fault.step) die(markFile);
    if (fault.kind !== 'clock-jumped' || steps !== fault.step) return;
    fs.writeFileSync(markFile, '');
    const now = Date.now;
    Date.now = () => now() + fault.byMs;
  };
  const counted = (owner: Record<string, unknown>, name: string) => {
    const original = owner[name];
    if (typeof original !== 'function') return;
    owner[name] = function (this: unknown, ...args: unknown[]) {
      step();
      return original.apply(this, args);
    };
  };
  const files = ['renameSync', 'rmSync', 'fsyncSync', 'writeSync', 'mkdtempSync', 'ftruncateSync'];
  for (const name of files) counted(fs as unknown as Record<string, unknown>, name);
  syncBuiltinESMExports();
  // What an agent says to a server: its connections, and none of the process's own pipes.
  const connect = net.Socket.prototype.connect as (...args: unknown[]) => unknown;
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    const connected = connect.apply(this, args);
    // Not before: to connect gives a socket its own way to write back.
    if (!isCommand) counted(this as unknown as Record<string, unknown>, 'write');
    return connected;
  } as typeof net.Socket.prototype.connect;
  const dlopen = process.dlopen;
  process.dlopen = (module: object, ...rest: unknown[]) => {
    Reflect.apply(dlopen, process, [module, ...rest]);
    const { Database, Statement } = (
      module as { exports: Record<string, { prototype: Record<string, unknown> }> }
    ).exports;
    for (const name of ['exec', 'serialize', 'close']) counted(Database?.prototype ?? {}, name);
    for (const name of ['run', 'get', 'all']) counted(Statement?.prototype ?? {}, name);
  };
}

function die(markFile: string): void {
  fs.writeFileSync(markFile, '');
  process.kill(process.pid, 'SIGKILL');
}
