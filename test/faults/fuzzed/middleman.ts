/**
 * Stands in for ssh to a host whose agent is hostile: an agent that was there at once, as behind a forced command, and lies in
 * some of what the real agent behind it says. FORESYNC_TEST_LIE tells how.
 */
import { spawn } from 'node:child_process';
import { zstdCompressSync } from 'node:zlib';
import { localMachine } from '../../../src/core/transport/agent-host.ts';
import { addonFile, agentFile } from '../../../src/core/transport/cargo.ts';
import { FrameWriter, readFrames } from '../../../src/core/transport/frames.ts';
import { agentMagic, readLine, speakPrefix } from '../../../src/core/transport/handshake.ts';
import { flipAt, frameOf } from './frame-bytes.ts';
import { type Lie, lyingValues } from './lies.ts';
import { placesOf } from './places.ts';

const lie = JSON.parse(process.env.FORESYNC_TEST_LIE ?? '') as Lie;
const { stdin, stdout } = process;
stdout.on('error', () => process.exit(1));
process.on('SIGTERM', () => process.exit(1));
stdout.write(`${agentMagic}\n`);
const isWord = (line: string) => line.startsWith(speakPrefix);
await readLine(stdin, isWord, new AbortController().signal);
const agent = spawn(process.execPath, [agentFile(), '--addon', addonFile(localMachine())], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
agent.stdin.on('error', () => undefined);
await readLine(agent.stdout, (line) => line === agentMagic, new AbortController().signal);
const asked = new Map<number, string>();
const heard = passOn();
await answer();
await heard;

async function passOn(): Promise<void> {
  const writer = new FrameWriter(agent.stdin);
  try {
    for await (const { header, payload } of readFrames(stdin)) {
      const { n, type } = header as { n: number; type: string };
      asked.set(n, type);
      await writer.write({ header, payload });
    }
  } finally {
    agent.stdin.end();
  }
}

async function answer(): Promise<void> {
  let due = lie.sound;
  for await (const { header, payload } of readFrames(agent.stdout)) {
    const isMeant = asked.get((header as { n: number }).n) === lie.of;
    const isLie = isMeant && due === 0;
    if (isMeant && (due > 0 || !lie.lasting)) due -= 1;
    if (isLie) tell(header as Answer, payload);
    else stdout.write(bytesOf(header, payload));
  }
}

interface Answer {
  n: number;
  result?: unknown;
  sizes: number[];
}

function tell(header: Answer, payload: Buffer): void {
  const frame = bytesOf(header, payload);
  switch (lie.lie) {
    case 'bend':
      stdout.write(bytesOf(bent(header), payload));
      break;
    case 'flip':
      flipAt(frame, lie.at, (lie.by % 255) + 1);
      stdout.write(frame);
      break;
    case 'flip and mend':
      flipAt(payload, lie.at, (lie.by % 255) + 1);
      stdout.write(bytesOf(header, payload));
      break;
    case 'cut':
      stdout.write(frame.subarray(0, lie.at % frame.length), () => process.exit(0));
      break;
    case 'bytes':
      // Enough that it cannot be the beginning of a frame.
      stdout.write(Buffer.alloc(16 + lie.at, lie.by));
      break;
    case 'twice':
      stdout.write(Buffer.concat([frame, frame]));
      break;
    case 'another':
      stdout.write(bytesOf({ ...header, n: header.n + lie.by }, payload));
      break;
    case 'error': {
      const kinds = [
        'gate',
        'interrupted',
        'usage',
        'made up',
        'stopped',
        'data',
        '__proto__',
        'constructor',
      ];
      const error = { kind: kinds[lie.by % kinds.length], code: '\u001b', message: '\u001b[2J\n'.repeat(99) };
      stdout.write(bytesOf({ n: header.n, error, sizes: [] }, Buffer.alloc(0)));
      break;
    }
    case 'parts': {
      const parts = lie.by % 2 ? [Buffer.alloc(lie.at, lie.by)] : [zstdCompressSync(Buffer.alloc(400 << 20))];
      const lying = { ...header, sizes: parts.map(({ length }) => length) };
      stdout.write(bytesOf(lying, Buffer.concat(parts)));
      break;
    }
    case 'end':
      process.exit(lie.by % 256);
      break;
    case 'silence':
      break;
  }
}

/** One value of the result is another one. */
function bent(header: Answer): unknown {
  const copy = structuredClone(header);
  const places = placesOf(copy).filter(({ key }) => key !== 'n');
  const place = places[lie.at % places.length];
  if (!place) return copy;
  // Mostly of the same type, which is what passes as an answer.
  const alike = lyingValues.filter((value) => typeof value === typeof place.owner[place.key]);
  const values = lie.by % 4 === 0 ? lyingValues : alike;
  place.owner[place.key] = values[lie.by % values.length];
  return copy;
}

function bytesOf(header: unknown, payload: Buffer): Buffer {
  return frameOf(Buffer.from(JSON.stringify(header)), payload);
}
