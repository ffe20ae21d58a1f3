import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import { decompress } from './compression.ts';

/**
 * What scripts that read logs at a host have in common. `at WORD` sets `path`; it is never a lone hyphen, which stat takes for its standard
 * input. `facts PATH` says device, inode, size and time of change; `pack` compresses its input, where the host can.
 */
export const remotePrelude = String.raw`
LC_ALL=C
export LC_ALL
# Globs are expanded in what has no quotes, but words are never split.
IFS=

at() {
  path=$(printf '%b.' "$1")
  path=${'$'}{path%.}
  case $path in
    /*) ;;
    "~/"*) path=$HOME/${'$'}{path#??} ;;
    *) path=./$path ;;
  esac
}

# GNU and busybox, else BSD.
facts() { stat -L -c '%d %i %s %Y' -- "$1" 2>/dev/null || stat -L -f '%d %i %z %m' -- "$1" 2>/dev/null; }

pack() {
  if command -v gzip >/dev/null; then printf 'gzip\n'; gzip -1 -c; else plain; fi
}
plain() { printf 'plain\n'; cat; }
`;

/** The name of the form that an answer comes in. */
const maxFormBytes = 16;

/** Undoes `pack` or `plain`. Any other word than theirs is told to `refuse`, which throws. */
export async function* packed(
  chunks: AsyncGenerator<Buffer>,
  host: string,
  refuse?: (word: string) => void,
): AsyncGenerator<Buffer> {
  try {
    let start: Buffer = Buffer.alloc(0);
    while (!start.includes(10) && start.length < maxFormBytes) {
      const next = await chunks.next();
      if (next.done) break;
      start = Buffer.concat([start, next.value]);
    }
    const end = start.indexOf(10);
    const form = start.subarray(0, Math.max(0, end)).toString();
    if (form !== 'gzip' && form !== 'plain') {
      refuse?.(form);
      throw new ForesyncError(
        'protocol',
        'answer-unexpected',
        `${host} answered '${printable(start.toString(), 60)}', which makes no sense here.`,
      );
    }
    yield* decompress(continued(start.subarray(end + 1), chunks), form === 'gzip' ? 'gzip' : 'none');
  } finally {
    await chunks.return(undefined);
  }
}

async function* continued(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* rest;
}
