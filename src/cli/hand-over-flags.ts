import { Flags } from '@oclif/core';
import { ForesyncError } from '../core/errors.ts';
import type { ReplicaGroup } from '../core/group/config.ts';
import type { StoreSpec } from '../core/group/store-spec.ts';
import { holdsSecret } from '../core/store/postgres/conninfo.ts';
import type { HandOver } from '../core/sync/add-replica.ts';
import { onlySqlite } from '../core/sync/engines.ts';
import { conninfosByName, handOverOf, serveSqlOf } from '../core/sync/postgres/hand-over-wish.ts';
import type { JoinerSpec } from '../core/sync/refusals.ts';
import type { AddReplicaRequest } from '../core/sync/run-request.ts';
import { printable } from '../core/text.ts';
import { textFlag, usageError } from './base-command.ts';

/** What becomes of a replica at PostgreSQL that is in sync. */
export const handOverFlags = {
  'hand-over': Flags.custom<'subscription' | 'none'>({
    description:
      "At PostgreSQL: have the server's own logical replication go on with it (the usual), or leave it as it is.",
    options: ['subscription', 'none'],
  })(),
  'subscription-conninfo': textFlag({
    multiple: true,
    multipleNonGreedy: true,
    description:
      "How the joiner's server reaches the lead's, in libpq's words. Default: as the lead's store says, where both are reached from one host. PostgreSQL keeps it in pg_subscription, a password in it too, which superusers can read there; 'passfile=FILE' names a file at the joiner's server in its place. A password on the command line is seen by all who may list processes here, one in the variable is not. Where several replicas lead, once for each as NAME=WORDS, and once with the joiner's name for how their servers reach its; the variable takes one a line.",
    helpValue: 'WORDS',
    env: 'FORESYNC_CONNINFO',
  }),
  'serve-sql': Flags.boolean({
    default: false,
    description:
      "At PostgreSQL: have the joiner's server answer reads by key under the table's own name while it is built. A row that is not there yet is fetched from the lead by postgres_fdw, as --subscription-conninfo says; its password lies in a user mapping of the joiner's login for as long. Writes are refused.",
  }),
};

interface GivenFlags {
  'hand-over'?: 'subscription' | 'none' | undefined;
  'subscription-conninfo'?: string | string[] | undefined;
  'serve-sql'?: boolean | undefined;
}

/** How the joiner's server fetches rows from the lead's; undefined where it is to answer no reads. */
export function serveSqlWishes(
  flags: GivenFlags,
  group: ReplicaGroup,
  joiner: JoinerSpec,
): { conninfo: string } | undefined {
  if (!flags['serve-sql']) return undefined;
  if (joiner.store.kind !== 'postgres')
    throw usageError(
      '--serve-sql is for replicas at PostgreSQL.',
      'Use --serve, which answers reads over HTTP.',
    );
  return serveSqlOf({ conninfos: conninfosOf(flags) }, group, joiner);
}

/** Undefined for SQLite, where neither flag means anything. */
export function handOverWishes(
  flags: GivenFlags,
  group: ReplicaGroup,
  joiner: JoinerSpec,
): HandOver | undefined {
  const { 'hand-over': kind } = flags;
  if (joiner.store.kind === 'postgres')
    return handOverOf({ kind, conninfos: conninfosOf(flags) }, group, joiner);
  if (kind !== undefined)
    throw usageError(
      '--hand-over is for replicas at PostgreSQL.',
      'Leave it out: --follow keeps one at SQLite up to date.',
    );
  return undefined;
}

/** The variable comes as it is, with one a line. */
function conninfosOf({ 'subscription-conninfo': given = [] }: GivenFlags): string[] {
  return [given].flat().flatMap((text) => text.split('\n').filter((line) => line.trim() !== ''));
}

/** What the journal keeps of it. */
export function handOverRequest(
  handOver: HandOver | undefined,
  around: { serveSql: { conninfo: string } | undefined; lead: string; joiner: string },
): Pick<AddReplicaRequest, 'handOver' | 'subscriptionConninfo' | 'secretConninfos' | 'serveSql'> {
  if (!handOver) return {};
  return {
    handOver: handOver.kind,
    ...(around.serveSql && { serveSql: true }),
    ...keptConninfos(handOver, around),
  };
}

function keptConninfos(
  handOver: HandOver,
  { serveSql, lead, joiner }: { serveSql: { conninfo: string } | undefined; lead: string; joiner: string },
): Pick<AddReplicaRequest, 'subscriptionConninfo' | 'secretConninfos'> {
  const among = handOver.kind === 'subscription' ? handOver.among : undefined;
  const ofLead = handOver.kind === 'subscription' ? handOver.conninfo : serveSql?.conninfo;
  const all = {
    ...(ofLead !== undefined && { [lead]: ofLead }),
    ...(among && { ...among.leaders, [joiner]: among.joiner }),
  };
  const secret = Object.keys(all).filter((name) => holdsSecret(all[name] ?? ''));
  const kept = Object.entries(all).filter(([name]) => !secret.includes(name));
  return {
    // Where one leads alone, its words stand without a name.
    ...(kept.length > 0 && {
      subscriptionConninfo: among ? kept.map(([name, words]) => `${name}=${words}`) : kept[0]?.[1],
    }),
    ...(secret.length > 0 && { secretConninfos: secret }),
  };
}

/**
 * What a run that is gone on with is to become: as the journal has it, with what the flags say of connections in its place. Throws `conninfo-missing` where a password
 * was not kept and is not given again.
 */
export function handOverAgain(
  request: AddReplicaRequest,
  flags: Pick<GivenFlags, 'subscription-conninfo'>,
  { group, joiner }: { group: ReplicaGroup; joiner: JoinerSpec },
): {
  request: AddReplicaRequest;
  handOver: HandOver | undefined;
  serveSql: { conninfo: string } | undefined;
} {
  const given = conninfosOf(flags);
  if (joiner.store.kind !== 'postgres') return { request, handOver: undefined, serveSql: undefined };
  const { subscriptionConninfo = [], secretConninfos = [], serveSql: servesSql, ...rest } = request;
  const told = conninfosByName(given, group, joiner);
  const lacking = secretConninfos.filter((name) => !told.has(name));
  if (lacking.length > 0) throw passwordLeftOut(lacking);
  const conninfos = [subscriptionConninfo, given].flat();
  const handOver = handOverOf({ kind: request.handOver, conninfos }, group, joiner);
  const serveSql = servesSql ? serveSqlOf({ conninfos }, group, joiner) : undefined;
  const around = { serveSql, lead: group.lead.name, joiner: joiner.name };
  return { request: { ...rest, ...handOverRequest(handOver, around) }, handOver, serveSql };
}

function passwordLeftOut(names: readonly string[]): ForesyncError {
  return new ForesyncError(
    'config',
    'conninfo-missing',
    `How the server of ${names.map((name) => printable(name)).join(', ')} is reached was told with a password, which the journal does not keep.`,
    { hint: 'Say it again, in FORESYNC_CONNINFO or with --subscription-conninfo, as the run was told.' },
  );
}

interface EngineFlags {
  follow: boolean;
  serve?: string | undefined;
  'publish-at': 'synced' | 'hot-ready';
  'max-donor-latency'?: number | undefined;
}

/** Refuses what only SQLite's engine does. */
export function refuseUnfitFlags(flags: EngineFlags, store: StoreSpec): void {
  if (flags.follow) onlySqlite(store, '--follow');
  if (flags.serve !== undefined) onlySqlite(store, '--serve');
  if (flags['publish-at'] === 'hot-ready') onlySqlite(store, '--publish-at hot-ready');
  if (flags['max-donor-latency'] !== undefined) onlySqlite(store, '--max-donor-latency');
}
