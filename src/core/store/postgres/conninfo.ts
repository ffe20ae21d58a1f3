import { ForesyncError } from '../../errors.ts';

/** What postgres_fdw takes of a connection's words: those of a server, which anybody there may read, and those of a user mapping, which its owner and superusers may. */
export interface ForeignOptions {
  server: Map<string, string>;
  mapping: Map<string, string>;
}

const ofMapping = new Set(['user', 'password', 'sslpassword', 'sslcert', 'sslkey']);
/** Set by postgres_fdw itself. */
const refused = new Set(['client_encoding', 'fallback_application_name', 'replication']);

/** Sorts the words of a connection, written as libpq takes them: `host=… dbname=…`, or a URL. Throws `config`, `conninfo-invalid`; what is wrong is not repeated, for it may hold a password. */
export function foreignOptions(conninfo: string): ForeignOptions {
  const words = wordsOfConninfo(conninfo);
  const options: ForeignOptions = { server: new Map(), mapping: new Map() };
  for (const [name, value] of words)
    if (!refused.has(name)) (ofMapping.has(name) ? options.mapping : options.server).set(name, value);
  return options;
}

/** Whether a connection's words hold a secret, which must not be kept or shown. Words that are not understood may. */
export function holdsSecret(conninfo: string): boolean {
  try {
    return wordsOfConninfo(conninfo).some(([name]) => secret.test(name));
  } catch {
    return true;
  }
}

const secret = /password$|secret$|^scram_(client|server)_key$/;

function wordsOfConninfo(conninfo: string): [string, string][] {
  return /^postgres(ql)?:\/\//i.test(conninfo) ? wordsOfUrl(conninfo) : wordsOf(conninfo);
}

const word = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/suy;

function wordsOf(text: string): [string, string][] {
  const words: [string, string][] = [];
  word.lastIndex = 0;
  const end = text.trimEnd().length;
  while (word.lastIndex < end) {
    const [, name, inQuotes, bare] = word.exec(text) ?? invalid();
    words.push([name as string, (inQuotes ?? bare ?? '').replace(/\\(.)/gs, '$1')]);
  }
  return words;
}

function wordsOfUrl(text: string): [string, string][] {
  const shape = /^[a-z]+:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/i;
  const [, login = '', places = '', database = '', query = ''] = shape.exec(text) ?? invalid();
  const [user = '', password = ''] = login.split(/:(.*)/s);
  const hosts = places.split(',').map((place) => /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(place) ?? invalid());
  const words: [string, string][] = [
    ['user', user],
    ['password', password],
    ['host', hosts.map(([, host = '']) => host.replace(/^\[|\]$/g, '')).join(',')],
    ['port', hosts.some(([, , port]) => port) ? hosts.map(([, , port = '']) => port).join(',') : ''],
    ['dbname', database],
    ...query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split(/=(.*)/s) as [string, string]),
  ];
  return words.flatMap(([name, value]) => (value ? [[name, decoded(value)] as [string, string]] : []));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return invalid();
  }
}

function invalid(): never {
  throw new ForesyncError('config', 'conninfo-invalid', '--subscription-conninfo is not understood.', {
    hint: "Write 'host=… port=… dbname=… user=…', with values that have blanks in single quotes.",
  });
}
