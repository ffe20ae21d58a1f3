import path from 'node:path';
import { parseHost } from '../core/group/host.ts';
import { parseStore } from '../core/group/store-spec.ts';
import { nearWord } from '../core/near-word.ts';
import { usageError } from './base-command.ts';

/** A replica as `init` is told of it, in the words of foresync.yaml. */
export interface DescribedReplica {
  host: string;
  /** `sqlite:PATH`, of a local one with an absolute path, or a URL of PostgreSQL's that holds no password. */
  store: string;
}

const usage =
  'Write NAME=HOST:PATH, such as us-east=local:/srv/shop/shop.db or us-west=ops@us-west:/srv/shop/shop.db; for PATH also postgres://user@host:port/database, as that host reaches it.';

/** A host before it, where one is named. */
const serverPlace = /^(?:(.+?):)??(postgres(?:ql)?:\/\/.*)$/s;

/** `NAME=HOST:PATH`, where PATH may be written as `sqlite:PATH` too. Local paths are relative to `folder`. */
export function parseReplica(text: string, folder: string): DescribedReplica & { name: string } {
  const [, name = '', place = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  // A URL may hold a password, and is not repeated.
  if (/^[^=]*:\/\//.test(text)) throw usageError('A replica has no name.', usage);
  if (name.trim() === '' || name.length > 200) throw usageError(`'${text}' names no replica.`, usage);
  return { name: name.trim(), ...parsePlace(place, folder) };
}

/** `HOST:PATH`, or `HOST:` and a URL of PostgreSQL's; without a host it is this machine's. Throws `store-password` where a URL holds one. */
export function parsePlace(text: string, folder: string): DescribedReplica {
  const { 1: serverHost = 'local', 2: url } = serverPlace.exec(text.trim()) ?? [];
  if (url !== undefined) {
    const store = parseStore(url, undefined).path;
    return { host: parseHost(serverHost).kind === 'local' ? 'local' : serverHost, store };
  }
  const match = /^(?:((?:ssh:\/\/)?[^:/[]*(?:\[[^\]]*\])?(?::\d+(?=:))?):)?(?:sqlite:)?(.*[^:])$/s.exec(
    text.trim(),
  );
  const { 1: host = 'local', 2: file } = match ?? [];
  if (file === undefined) throw usageError(`'${text}' is no place of a database.`, usage);
  const where = parseHost(host === 'sqlite' ? 'local' : host);
  const local = where.kind === 'local';
  const store = parseStore(`sqlite:${file}`, local ? folder : undefined);
  return { host: local ? 'local' : host, store: `sqlite:${store.path}` };
}

/** `NAME=GLOB`, or a glob alone, which is the lead's. Local ones are relative to `folder`; they stay patterns. */
export function parseLogs(
  text: string,
  { names, lead }: { names: readonly string[]; lead: string },
): { replica: string; log: string } {
  const [, name = '', log = ''] = /^([^=/:]+)=(.+)$/s.exec(text) ?? [];
  if (names.includes(name)) return { replica: name, log };
  if (name === '') return { replica: lead, log: text };
  const near = nearWord(name, names);
  throw usageError(
    `--logs: '${name}' is none of the replicas.`,
    near === undefined ? `Write NAME=GLOB with one of ${names.join(', ')}.` : `Did you mean ${near}?`,
  );
}

/** A local path as foresync.yaml has it: below its folder from there, else absolute. */
export function fromConfigFolder(file: string, configFile: string): string {
  const relative = path.relative(path.dirname(configFile), file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}
