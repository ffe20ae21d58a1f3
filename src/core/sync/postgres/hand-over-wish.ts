import { ForesyncError } from '../../errors.ts';
import type { Replica, ReplicaGroup } from '../../group/config.ts';
import { hostLabel } from '../../group/host.ts';
import { parsePostgresUrl } from '../../group/postgres-url.ts';
import { foreignOptions } from '../../store/postgres/conninfo.ts';
import { printable } from '../../text.ts';
import type { HandOver } from '../add-replica.ts';
import type { JoinerSpec } from '../refusals.ts';

/** What is wished for; both may be left out. */
export interface HandOverWish {
  kind: 'subscription' | 'none' | undefined;
  /** Each how a server is reached in libpq's words; with `NAME=` before them, where several replicas lead. */
  conninfos: readonly string[];
}

/**
 * What becomes of a joiner that is in sync: a subscription, unless `none` is wished for. Where servers are reached from the same host, their stores say
 * how the one reaches the other; else that must be told, for ssh gives no server a way. Throws `config`, `conninfo-missing`.
 */
export function handOverOf(
  { kind, conninfos }: HandOverWish,
  group: ReplicaGroup,
  joiner: JoinerSpec,
): HandOver {
  if (kind === 'none') return { kind: 'none' };
  const others = group.otherLeaders;
  const told = conninfosByName(conninfos, group, joiner);
  const isTogether = [group.lead, ...others].every(({ host }) => hostLabel(host) === hostLabel(joiner.host));
  const of = ({ name, store }: Pick<Replica, 'name' | 'store'>): string => {
    const conninfo = told.get(name) ?? (isTogether ? conninfoOf(store.path) : undefined);
    if (conninfo === undefined) throw missing(name, { lead: group.lead, joiner, isAmong: others.length > 0 });
    return conninfo;
  };
  const conninfo = of(group.lead);
  if (others.length === 0) return { kind: 'subscription', conninfo };
  const leaders = Object.fromEntries(others.map((leader) => [leader.name, of(leader)]));
  return { kind: 'subscription', conninfo, among: { leaders, joiner: of(joiner) } };
}

/**
 * How each server is said to be reached, by the replica's name. Words without one are the lead's: `host=…` is a name of libpq's. Throws `conninfo-invalid`: libpq would
 * repeat what it does not understand, and that may be half a password.
 */
export function conninfosByName(
  conninfos: readonly string[],
  { lead, otherLeaders }: ReplicaGroup,
  joiner: JoinerSpec,
): Map<string, string> {
  const named = otherLeaders.length > 0 ? [lead, ...otherLeaders, joiner] : [];
  const told = new Map<string, string>();
  for (const conninfo of conninfos) {
    const of = named.find(({ name }) => conninfo.startsWith(`${name}=`));
    const words = of ? conninfo.slice(of.name.length + 1) : conninfo;
    foreignOptions(words);
    told.set(of?.name ?? lead.name, words);
  }
  return told;
}

/** How the joiner's server fetches rows from the lead's while it answers reads; found and refused as `handOverOf` does. */
export function serveSqlOf(
  { conninfos }: Pick<HandOverWish, 'conninfos'>,
  group: ReplicaGroup,
  joiner: JoinerSpec,
): { conninfo: string } {
  const found = handOverOf({ kind: 'subscription', conninfos }, group, joiner);
  if (found.kind === 'none') throw new TypeError('a subscription was asked for');
  return { conninfo: found.conninfo };
}

function missing(
  name: string,
  { lead, joiner, isAmong }: { lead: Replica; joiner: JoinerSpec; isAmong: boolean },
): ForesyncError {
  const [from, to] =
    name === joiner.name
      ? ["the leaders' servers reach", "the joiner's"]
      : ["the joiner's server reaches", name === lead.name ? "the lead's" : `that of ${printable(name)}`];
  const prefix = isAmong ? `${name}=` : '';
  return new ForesyncError('config', 'conninfo-missing', `How ${from} ${to} is not known.`, {
    hint: `Say it with --subscription-conninfo '${printable(prefix)}host=… port=… dbname=… user=…', or have the replica left as it is with --hand-over none.`,
  });
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
