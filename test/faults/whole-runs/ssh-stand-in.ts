// Stands in for ssh: runs the command of a destination on this machine, passes its streams on, and has the fault happen in them.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { ArmedFault } from './armed-fault.ts';
import { FrameMeter } from './frame-meter.ts';

const rest = process.argv.slice(process.argv.indexOf('--') + 1);
const [destination = '', command = ''] = rest;
const armed = JSON.parse(process.env.FORESYNC_FAULT ?? 'null') as ArmedFault | null;
const isMine =
  armed && 'place' in armed.fault && armed.fault.who === destination && !existsSync(armed.markFile);
const mine = isMine ? armed : undefined;
const agent = spawn('/bin/sh', ['-c', command], {
  env: {
    ...process.env,
    FORESYNC_FAULT_ROLE: destination,
    PATH: `${process.env.FORESYNC_FAULT_BIN}:${process.env.PATH}`,
  },
  stdio: ['pipe', 'pipe', 'inherit'],
});
appendFileSync(process.env.FORESYNC_FAULT_AGENTS ?? '', `${destination} ${agent.pid}\n`);
agent.stdin.on('error', () => undefined);
process.stdout.on('error', () => process.exit(255));
const meters = { to: new FrameMeter(), from: new FrameMeter() };
carry('to', process.stdin, agent.stdin);
carry('from', agent.stdout, process.stdout);
agent.on('exit', (code) => {
  process.exitCode = code ?? 255;
  process.stdin.destroy();
});

function carry(direction: 'to' | 'from', source: Readable, target: Writable): void {
  let stalled = false;
  const pass = (bytes: Buffer) => {
    if (bytes.length > 0 && !target.write(bytes)) {
      source.pause();
      target.once('drain', () => source.resume());
    }
  };
  source.on('data', (chunk: Buffer) => {
    if (stalled) return;
    // What goes to an agent are frames once it has said so.
    if (direction === 'from' && meters.from.sawHandshake(chunk)) meters.to.begin();
    const place = mine && 'place' in mine.fault ? mine.fault.place : undefined;
    const at = place?.direction === direction ? meters[direction].find(chunk, place) : undefined;
    if (at === undefined || !mine) return pass(chunk);
    writeFileSync(mine.markFile, '');
    switch (mine.fault.kind) {
      case 'stream-flipped':
        chunk[at] = (chunk[at] ?? 0) ^ (1 << mine.fault.bit);
        return pass(chunk);
      case 'stream-stalled':
        stalled = true;
        return pass(chunk.subarray(0, at));
      case 'ssh-killed':
        process.kill(process.pid, 'SIGKILL');
        return;
      default:
        target.write(chunk.subarray(0, at), () => hangUp());
    }
  });
  source.on('end', () => target.end());
}

/** As ssh does where its connection is lost. */
function hangUp(): void {
  process.stderr.write(`Connection to ${destination} closed by remote host.\n`);
  process.exit(255);
}
