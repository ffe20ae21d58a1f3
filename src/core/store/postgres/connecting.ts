import { checkServerIdentity } from 'node:tls';
import type pg from 'pg';
import { ForesyncError, messageOf, systemCodeOf } from '../../errors.ts';
import { printable } from '../../text.ts';
import type { Login, TlsOptions } from './login.ts';

/** So that values are written the same way everywhere, and no name is looked for in a schema that somebody else may write to. */
const settings: Record<string, string> = {
  search_path: 'pg_catalog',
  datestyle: 'ISO',
  intervalstyle: 'postgres',
  extra_float_digits: '3',
  timezone: 'UTC',
  bytea_output: 'hex',
  lc_monetary: 'C',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  row_security: 'off',
};

export function configOf(login: Login, tls: 'none' | TlsOptions, replication: boolean): pg.ClientConfig {
  const { host, port, user, database, password, connectTimeoutMs } = login;
  const config = {
    ...{ host, port, user, database },
    // A function, lest the client look for a password by ways of its own.
    password: () => password ?? '',
    ssl: tls === 'none' ? false : tlsConfig(tls),
    application_name: 'foresync',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    ...(replication ? { replication: 'database' } : {}),
  };
  return config as pg.ClientConfig;
}

/** Whether another of the ways, with or without TLS, may do better. */
export function isAboutTls(error: unknown): boolean {
  return /SSL|TLS|pg_hba/i.test(messageOf(error));
}

/** Which of two refusals tells more: whoever went further does, more than a server that has no TLS, or none but TLS. */
export function moreTelling(earlier: unknown, error: unknown): unknown {
  return earlier === undefined || hasNoTls(earlier) || !isAboutTls(error) ? error : earlier;
}

function hasNoTls(error: unknown): boolean {
  return /does not support SSL/i.test(messageOf(error));
}

function tlsConfig({ checksHost, ...options }: TlsOptions) {
  return { ...options, checkServerIdentity: checksHost ? checkServerIdentity : () => undefined };
}

/** As messages name it. */
export function whereOf({ host, port, database }: Login): string {
  return printable(`${host}:${port}/${database}`);
}

/** What a client says of a connection that it did not get, and what can be done. */
export function connectError(error: unknown, login: Login): ForesyncError {
  const state = sqlStateOf(error);
  const said = wantsPassword(error) ? 'it asks for a password, and none was found' : saidBy(error);
  const where = whereOf(login);
  if (state?.startsWith('28') || wantsPassword(error))
    return new ForesyncError(
      'permission',
      'store-login',
      `The server at ${where} refuses ${printable(login.user)}: ${said}.`,
      {
        hint: 'Passwords are taken from PGPASSWORD, ~/.pgpass and service files at the host where the agent runs; pg_hba.conf says who may come.',
        cause: error,
      },
    );
  if (state === '3D000')
    return new ForesyncError('config', 'store-missing', `At ${where} there is no such database: ${said}.`, {
      hint: 'The store names it behind the host: postgres://user@host:port/database.',
      cause: error,
    });
  const kind = state === undefined || /^(08|53|57)/.test(state) ? 'unreachable' : 'config';
  return new ForesyncError(kind, 'store-unreachable', `The server at ${where} cannot be had: ${said}.`, {
    hint: 'Check that it runs, and host, port and database of the store, as the host of the agent reaches them.',
    cause: error,
  });
}

/** The server asks for a password, and the client has none to begin with. */
function wantsPassword(error: unknown): boolean {
  return /client password must be/i.test(messageOf(error));
}

/** SQLSTATE of a server's error. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = systemCodeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** A server's words on one line: libpq, whose words it may pass on, breaks them. */
export function saidBy(error: unknown): string {
  return printable(
    messageOf(error)
      .replaceAll(/\s*[\r\n]\s*/g, ' ')
      .trim(),
    500,
  );
}
