import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import { AgentProcess, defaultSpawn, type Spawn } from '../transport/agent-process.ts';

/**
 * Undoes xz with this machine's xz program, which Node has no decoder for. Throws `io` (`xz-missing`) where there is none, and `data`
 * (`log-damaged`) where the bytes are cut off or damaged. Where the reader leaves, the program is ended.
 */
export async function* unpackXz(chunks: AsyncIterable<Buffer>, spawn?: Spawn): AsyncGenerator<Buffer> {
  const start = spawn ?? (await defaultSpawn());
  const xz = new AgentProcess(start('xz', ['-dc'], { env: process.env, ownSession: true }));
  let failure: { cause: unknown } | undefined;
  const fed = feed(chunks, xz).catch((cause: unknown) => {
    failure = { cause };
    xz.kill();
  });
  try {
    yield* xz.output as AsyncIterable<Buffer>;
    await fed;
    if (failure) throw failure.cause;
    const end = await xz.exited;
    if (end.code === undefined && end.signal === undefined) throw xzMissing();
    if (end.code !== 0)
      throw new ForesyncError(
        'data',
        'log-damaged',
        `The log cannot be decompressed: ${printable(end.stderrTail.trim())}; nothing of it was kept.`,
        { hint: 'Fetch it again.' },
      );
  } finally {
    xz.kill();
    await xz.close();
  }
}

/** Ends early where xz does, which says itself why. */
async function feed(chunks: AsyncIterable<Buffer>, { input, exited }: AgentProcess): Promise<void> {
  for await (const chunk of chunks) {
    if (input.destroyed) return;
    if (input.write(chunk)) continue;
    const drained = new Promise((resolve) => input.once('drain', resolve));
    await Promise.race([drained, exited]);
  }
  input.end();
}

function xzMissing(): ForesyncError {
  return new ForesyncError(
    'io',
    'xz-missing',
    'The log is compressed by xz, and this machine has no xz program.',
    { hint: 'Install xz (xz-utils), or unpack the log elsewhere.' },
  );
}
