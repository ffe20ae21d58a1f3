import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { type Role, roles } from '../columns.ts';

/** A table of access events at ClickHouse, as its URL names it. */
export interface EventTable {
  host: string;
  port: number;
  isSecure: boolean;
  user: string;
  database: string;
  table: string;
  /** The columns that the URL names; the others are found by their names. */
  columns: Partial<Record<Role, string>>;
  /** How long after an event its row may still come in. */
  latenessMs: number;
  /** Without the options, safe to print. */
  name: string;
}

const defaultLatenessMs = 5 * 60_000;
const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const columnOptions: Record<string, Role> = {
  operation: 'op',
  ...Object.fromEntries(roles.map((role) => [role, role])),
};

/**
 * Reads `clickhouse://[user@]host[:port]/[database/]table[?option=…&…]`. Options: `time`, `key`, `operation` and `size` name columns,
 * `secure=1` means https, `lateness=5m` how long rows may be under way. Throws a usage error for anything else, and for a password:
 * it would be in the shell's history and every list of processes.
 */
export function parseTableUrl(text: string): EventTable {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.hostname === '') throw invalid(withoutPassword(text), 'it is no URL with a host');
  const shown = withoutPassword(text);
  if (url.password !== '')
    throw new ForesyncError(
      'usage',
      'clickhouse-password',
      `${printable(shown)}: a password does not belong in a URL.`,
      {
        hint: 'Leave it out, and put it into the environment variable CLICKHOUSE_PASSWORD.',
      },
    );
  const options = readOptions(url.searchParams, shown);
  const path = url.pathname
    .split('/')
    .slice(1)
    .map((part) => decoded(part, shown));
  const [database = '', table = ''] = path.length === 1 ? ['default', ...path] : path;
  if (path.length > 2 || database === '' || table === '')
    throw invalid(shown, 'behind the host there must be /database/table');
  const port = url.port === '' ? (options.isSecure ? 8443 : 8123) : Number(url.port);
  return {
    host: url.hostname,
    port,
    user: url.username === '' ? 'default' : decoded(url.username, shown),
    database,
    table,
    ...options,
    name: printable(
      `clickhouse://${url.username === '' ? '' : `${url.username}@`}${url.host}${url.pathname}`,
    ),
  };
}

function readOptions(
  params: URLSearchParams,
  shown: string,
): Pick<EventTable, 'columns' | 'isSecure' | 'latenessMs'> {
  const columns: Partial<Record<Role, string>> = {};
  let isSecure = false;
  let latenessMs = defaultLatenessMs;
  for (const [name, value] of params) {
    const role = Object.hasOwn(columnOptions, name) ? columnOptions[name] : undefined;
    if (role) {
      if (value === '' || columns[role] !== undefined)
        throw invalid(shown, `${name} names no column, or two`);
      columns[role] = value;
    } else if (name === 'secure' && (value === '1' || value === '0')) isSecure = value === '1';
    else if (name === 'lateness' && /^\d{1,6}[smhd]$/.test(value))
      latenessMs = Number(value.slice(0, -1)) * (unitMs[value.slice(-1)] as number);
    else throw invalid(shown, `it cannot have ${name}=${value}`);
  }
  return { columns, isSecure, latenessMs };
}

function decoded(part: string, shown: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw invalid(shown, 'a % stands where none may');
  }
}

/** Also for what is no URL: nothing that may be a password is printed. */
function withoutPassword(text: string): string {
  return text.replace(/^(clickhouse:\/\/[^/?#]*?):[^/?#]*@/, '$1@');
}

function invalid(shown: string, reason: string): ForesyncError {
  return new ForesyncError('usage', 'clickhouse-url', `${printable(shown)}: ${printable(reason)}.`, {
    hint: 'Such as clickhouse://user@host:8123/database/table?time=ts&key=k&operation=op&size=bytes&lateness=5m&secure=1.',
  });
}
