import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import { type RemoteScriptOptions, runRemoteScript, scriptWord } from '../transport/remote-script.ts';
import type { FileIdentity } from './log-file.ts';
import { headBytes } from './read-log.ts';
import { packed, remotePrelude } from './remote-pack.ts';

/** A path or glob at a host; relative ones begin at the login's home, and so does `~/`. */
export interface RemoteAsk {
  pattern: string;
  /** Whether its first bytes are wanted, or just which file it is. */
  withHead: boolean;
}

/** A file that is at a host. */
export interface RemoteFile {
  destination: string;
  path: string;
  identity: FileIdentity;
  /** As they lie there: the first 64 KiB. Shorter: the whole file. Empty where they were not asked for. */
  head: Buffer;
}

/** What came of one ask: files in the order of their names, none where there is no such file. */
export interface RemoteFinding {
  files: RemoteFile[];
  /** Why something that is there is no log. */
  refusal: { path: string; reason: 'folder' | 'odd' | 'denied' } | undefined;
}

/** A line holds a path and a head in hexadecimal digits. */
const maxLineBytes = 1 << 20;

// The machine's id is part of a file's device, so that a file is the same by whatever name the host was called.
const script = String.raw`
hex() { od -An -v -tx1 | tr -d ' \n'; }

# Stat and head are of the same file if it is in place before and after.
show() {
  name=$(printf %s "$3" | hex)
  if [ -d "$3" ]; then printf 'folder %s %s\n' "$1" "$name"; return; fi
  [ -e "$3" ] || return
  if [ ! -f "$3" ]; then printf 'odd %s %s\n' "$1" "$name"; return; fi
  if [ ! -r "$3" ]; then printf 'denied %s %s\n' "$1" "$name"; return; fi
  for attempt in 1 2 3 4 5; do
    before=$(facts "$3")
    head=-
    [ "$2" = name ] || head=-$(head -c ${headBytes} < "$3" | hex)
    after=$(facts "$3")
    [ "${'$'}{before% * *}" = "${'$'}{after% * *}" ] || continue
    printf 'file %s %s %s %s\n' "$1" "$before" "$name" "$head"
    return
  done
}

look() {
  at "$3"
  if [ -e "$path" ]; then show "$1" "$2" "$path"; return; fi
  case $path in *[*?[]*) ;; *) return ;; esac
  index=$1
  mode=$2
  set -- $path
  for found in "$@"; do [ -d "$found" ] || show "$index" "$mode" "$found"; done
}

survey() {
  for tool in stat od head tail tr; do
    command -v $tool >/dev/null || { printf 'lacks %s\n' $tool; return; }
  done
  machine=$(cat /etc/machine-id 2>/dev/null || uname -n)
  printf 'machine %s\n' "$(printf %s "$machine" | hex)"
`;

/**
 * Looks for logs at a host, in one connection. Nothing is changed there. Throws what `runRemoteScript` does, `io` (`host-lacks-tool`) where
 * the host has no `od` or the like, and `protocol` (`answer-unexpected`).
 */
export async function surveyHost(
  destination: string,
  asks: readonly RemoteAsk[],
  options: RemoteScriptOptions,
): Promise<RemoteFinding[]> {
  const findings: RemoteFinding[] = asks.map(() => ({ files: [], refusal: undefined }));
  const looks = asks.map(
    ({ pattern, withHead }, index) => `  look ${index} ${withHead ? 'head' : 'name'} ${scriptWord(pattern)}`,
  );
  const whole = `${remotePrelude}${script}${looks.join('\n')}\n  printf 'end\\n'\n}\nsurvey | pack`;
  let machine = '';
  let isWhole = false;
  for await (const line of linesOf(packed(runRemoteScript(destination, whole, options), destination))) {
    const [what = '', ...words] = line.split(' ');
    const [index = '', device = '', inode = '', size = '', modified = '', name = '', head = ''] = words;
    const finding = findings[Number(index)];
    if (what === 'machine') machine = fromHex(index).toString();
    else if (what === 'end') isWhole = true;
    else if (what === 'lacks') throw lacksTool(destination, index);
    else if (!finding) throw unexpected(destination, line);
    else if (what === 'folder' || what === 'odd' || what === 'denied')
      finding.refusal ??= { path: pathOf(device), reason: what };
    else if (what === 'file' && [device, inode, size, modified].every((word) => /^\d+$/.test(word))) {
      finding.files.push({
        destination,
        path: pathOf(name),
        identity: {
          device: `${machine}/${device}`,
          inode,
          sizeBytes: Number(size),
          modifiedMs: Number(modified) * 1000,
        },
        head: fromHex(head.slice(1)),
      });
    } else throw unexpected(destination, line);
  }
  if (!isWhole) throw unexpected(destination, '');
  return findings;
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let carry = '';
  for await (const chunk of chunks) {
    const lines = (carry + chunk.toString('latin1')).split('\n');
    carry = lines.pop() ?? '';
    yield* lines;
    // What is longer is no answer of the script's.
    if (carry.length > maxLineBytes) break;
  }
}

function fromHex(digits: string): Buffer {
  return Buffer.from(digits, 'hex');
}

function pathOf(digits: string): string {
  return fromHex(digits).toString().replace(/^\.\//, '');
}

function lacksTool(destination: string, tool: string): ForesyncError {
  return new ForesyncError('io', 'host-lacks-tool', `${destination} has no ${printable(tool)} program.`, {
    hint: 'Logs are read there with stat, od, head, tail and tr. Or copy them here.',
  });
}

function unexpected(destination: string, line: string): ForesyncError {
  return new ForesyncError(
    'protocol',
    'answer-unexpected',
    `${destination} answered '${printable(line, 60)}', which makes no sense here.`,
  );
}
