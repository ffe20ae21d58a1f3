import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';

/** What a postgres:// URL says, as libpq takes it; what it leaves out, libpq's ways find at the host where the agent runs. */
export interface PostgresTarget {
  /** A name, an address, or the folder of a Unix socket. */
  host?: string;
  port?: number;
  user?: string;
  database?: string;
  /** Of libpq's other parameters those that are known here, such as `sslmode`. */
  options: Partial<Record<PostgresOption, string>>;
}

const postgresOptions = [
  ...(['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'service', 'passfile'] as const),
  ...(['application_name', 'connect_timeout'] as const),
];
export type PostgresOption = (typeof postgresOptions)[number];

const shape =
  /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?(\[[0-9A-Fa-f:.]+\]|[^:/?#[\],]*)(?::(\d*))?(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/** Reads a URL of libpq's. Throws `config` errors, `store-password` where it holds a password: URLs are shown and kept. */
export function parsePostgresUrl(text: string): PostgresTarget {
  const [, login = '', hostText = '', portText = '', path = '', query = ''] =
    shape.exec(text) ?? refuse(text);
  const [userText = '', ...rest] = login.split(':');
  if (rest.length > 0) throw passwordInside();
  const target: PostgresTarget = { options: {} };
  const host = decoded(hostText.replace(/^\[|\]$/g, ''));
  if (host !== '') target.host = host;
  if (portText !== '') target.port = portOf(portText);
  if (userText !== '') target.user = decoded(userText);
  if (path !== '') target.database = decoded(path);
  for (const pair of query.split('&').filter((one) => one !== '')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s).map(decoded);
    if (name === 'password') throw passwordInside();
    else if (name === 'host') target.host = value;
    else if (name === 'port') target.port = portOf(value);
    else if (name === 'user') target.user = value;
    else if (name === 'dbname') target.database = value;
    else target.options[optionOf(name)] = value;
  }
  return target;
}

function optionOf(name: string): PostgresOption {
  const known = postgresOptions.find((option) => option === name);
  if (known) return known;
  throw invalid(`'${printable(name)}' is none of host, port, user, dbname, ${postgresOptions.join(', ')}`);
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw invalid(`${printable(text)} is no port`);
  return port;
}

function decoded(text: string): string {
  try {
    const found = decodeURIComponent(text);
    if (!found.includes('\0')) return found;
  } catch {
    // Said below.
  }
  throw invalid(`${printable(text)} is not percent-encoded text`);
}

function refuse(text: string): never {
  // What cannot be taken apart is not repeated: it may hold a password.
  throw invalid(
    text.includes('@') ? 'it is no URL of PostgreSQL' : `'${printable(text)}' is no URL of PostgreSQL`,
  );
}

function invalid(reason: string): ForesyncError {
  return new ForesyncError('usage', 'store-invalid', `The store is not understood: ${reason}.`, {
    hint: 'Write postgres://user@host:port/database, or postgres://user@/database?host=/run/postgresql for a socket.',
  });
}

function passwordInside(): ForesyncError {
  return new ForesyncError(
    'config',
    'store-password',
    'A store holds a password, which would be shown and kept.',
    {
      hint: "Leave it out, and put it where libpq finds it at that host: ~/.pgpass, a service file, or PGPASSWORD in the agent's environment.",
    },
  );
}
