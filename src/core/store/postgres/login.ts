import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ForesyncError, refusalOf } from '../../errors.ts';
import { parsePostgresUrl } from '../../group/postgres-url.ts';
import { printable } from '../../text.ts';
import { readPassword, readService, type Surroundings } from './libpq-files.ts';

/** How a server is reached, and by whom. */
export interface Login {
  host: string;
  port: number;
  user: string;
  database: string;
  password: string | undefined;
  /** In this order until the server takes one: without TLS, or with it and these options. */
  tls: ('none' | TlsOptions)[];
  connectTimeoutMs: number;
}

export interface TlsOptions {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  rejectUnauthorized: boolean;
  /** Whether the certificate must be the host's. */
  checksHost: boolean;
}

export const surroundings = (): Surroundings => ({
  env: process.env,
  home: os.homedir(),
  user: os.userInfo().username,
});

/** Finds what a store's URL leaves out as libpq does: service file, environment, password file, and its defaults. */
export function loginOf(url: string, around: Surroundings): Login {
  const { env, home } = around;
  const target = parsePostgresUrl(url);
  const serviceName = target.options.service ?? env.PGSERVICE;
  const service = serviceName ? readService(serviceName, around) : {};
  const of = (given: string | undefined, key: string, variable: string) =>
    given ?? service[key] ?? env[variable];
  const host = of(target.host, 'host', 'PGHOST') || usualSocketFolder();
  const port = Number(of(target.port?.toString(), 'port', 'PGPORT') || 5432);
  const user = of(target.user, 'user', 'PGUSER') || around.user;
  const database = of(target.database, 'dbname', 'PGDATABASE') || user;
  const option = (key: 'sslmode' | 'sslrootcert' | 'sslcert' | 'sslkey' | 'passfile' | 'connect_timeout') =>
    of(target.options[key], key, variables[key]);
  const passfile = option('passfile') || path.join(home, '.pgpass');
  const password =
    service.password ?? env.PGPASSWORD ?? readPassword({ host, port, database, user }, passfile);
  const seconds = Number(option('connect_timeout') || 30);
  return {
    ...{ host, port, user, database, password },
    tls: host.startsWith('/') ? ['none'] : tlsWays(option, home),
    connectTimeoutMs: (Number.isFinite(seconds) && seconds > 0 ? seconds : 30) * 1000,
  };
}

const variables = {
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  passfile: 'PGPASSFILE',
  connect_timeout: 'PGCONNECT_TIMEOUT',
} as const;

function tlsWays(
  option: (key: 'sslmode' | 'sslrootcert' | 'sslcert' | 'sslkey') => string | undefined,
  home: string,
) {
  const file = (key: 'sslrootcert' | 'sslcert' | 'sslkey', usual: string) => {
    const named = option(key);
    const place = named ?? path.join(home, '.postgresql', usual);
    return named !== undefined || existsSync(place) ? bytesOf(place) : undefined;
  };
  const mode = option('sslmode') || 'prefer';
  const withTls = (): TlsOptions => {
    const ca = file('sslrootcert', 'root.crt');
    const cert = file('sslcert', 'postgresql.crt');
    const key = file('sslkey', 'postgresql.key');
    if (mode.startsWith('verify') && !ca)
      throw invalidTls(`sslmode=${mode} needs the certificate of an authority, which sslrootcert names`);
    return {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      rejectUnauthorized: mode.startsWith('verify') || (mode === 'require' && ca !== undefined),
      checksHost: mode === 'verify-full',
    };
  };
  switch (mode) {
    case 'disable':
      return ['none' as const];
    case 'allow':
      return ['none' as const, withTls()];
    case 'prefer':
      return [withTls(), 'none' as const];
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return [withTls()];
    default:
      throw invalidTls(`'${printable(mode)}' is no sslmode`);
  }
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw invalidTls(`${printable(file)} cannot be read: ${refusalOf(error)}`);
  }
}

/** Where Debian and most others put it, and where PostgreSQL itself does. */
function usualSocketFolder(): string {
  const usual = '/var/run/postgresql';
  return existsSync(usual) ? usual : '/tmp';
}

function invalidTls(reason: string): ForesyncError {
  return new ForesyncError('config', 'store-tls', `TLS cannot be used as asked: ${reason}.`);
}
