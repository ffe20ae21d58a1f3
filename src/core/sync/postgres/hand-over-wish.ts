import { ForesyncError } from '../../errors.ts';
import type { ReplicaGroup } from '../../group/config.ts';
import { hostLabel } from '../../group/host.ts';
import { parsePostgresUrl } from '../../group/postgres-url.ts';
import type { HandOver } from '../add-replica.ts';
import type { JoinerSpec } from '../refusals.ts';

/** What is wished for; both may be left out. */
export interface HandOverWish {
  kind: 'subscription' | 'none' | undefined;
  conninfo: string | undefined;
}

/**
 * What becomes of a joiner that is in sync: a subscription, unless `none` is wished for. Where both servers are reached from the same host, the lead's store says
 * how the one reaches the other; else that must be told, for ssh gives the joiner's server no way. Throws `config`, `conninfo-missing`.
 */
export function handOverOf(
  { kind, conninfo }: HandOverWish,
  group: ReplicaGroup,
  joiner: JoinerSpec,
): HandOver {
  if (kind === 'none') return { kind: 'none' };
  if (conninfo !== undefined) return { kind: 'subscription', conninfo };
  if (hostLabel(group.lead.host) === hostLabel(joiner.host))
    return { kind: 'subscription', conninfo: conninfoOf(group.lead.store.path) };
  throw new ForesyncError(
    'config',
    'conninfo-missing',
    "How the joiner's server reaches the lead's is not known.",
    {
      hint: "Say it with --subscription-conninfo 'host=… port=… dbname=… user=…', or have the replica left as it is with --hand-over none.",
    },
  );
}

/** How the joiner's server fetches rows from the lead's while it answers reads; found and refused as `handOverOf` does. */
export function serveSqlOf(
  { conninfo }: Pick<HandOverWish, 'conninfo'>,
  group: ReplicaGroup,
  joiner: JoinerSpec,
): { conninfo: string } {
  const found = handOverOf({ kind: 'subscription', conninfo }, group, joiner);
  if (found.kind === 'none') throw new TypeError('a subscription was asked for');
  return { conninfo: found.conninfo };
}

/** Whether a connection's words hold a password, which the journal must not keep. */
export function holdsPassword(conninfo: string): boolean {
  return /(^|[\s?&])password\s*=/i.test(conninfo) || /^postgres(ql)?:\/\/[^/@]*:[^/@]*@/i.test(conninfo);
}

function conninfoOf(url: string): string {
  const { host, port, user, database, options } = parsePostgresUrl(url);
  const { application_name: _, connect_timeout: __, passfile: ___, ...kept } = options;
  const words = { host, port: port?.toString(), user, dbname: database, ...kept };
  return Object.entries(words)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quoted(value)}`]))
    .join(' ');
}

function quoted(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`;
}
