import { z } from 'zod';
import { ForesyncError } from '../errors.ts';
import type { ReplicaGroup } from '../group/config.ts';
import { hostLabel, parseHost } from '../group/host.ts';
import { storedStore } from '../group/store-spec.ts';
import { printable } from '../text.ts';
import type { JoinerSpec } from './refusals.ts';

const whereFrom = {
  /** Absolute path of the foresync.yaml. */
  config: z.string(),
  lead: z.string(),
  stallTimeoutMs: z.number(),
  /** Absolute. */
  runtime: z.string().optional(),
};

const prefetchRequest = z.object({
  command: z.literal('prefetch'),
  ...whereFrom,
  keepMs: z.number(),
  deltaBudgetKeys: z.number().optional(),
});
const addReplicaRequest = z.object({
  command: z.literal('add-replica'),
  ...whereFrom,
  joiner: z.object({ name: z.string(), host: z.string(), path: z.string() }),
  /** Where the plan came from, in words; the plan itself is kept with the run. */
  planFrom: z.string().optional(),
  minConfidence: z.number().optional(),
  prefetchTimeoutMs: z.number(),
  retries: z.number(),
  bytesPerSecond: z.number().optional(),
  maxDonorLatencyMs: z.number().optional(),
  deltaBudgetKeys: z.number().optional(),
  replace: z.boolean(),
  publishAt: z.enum(['synced', 'hot-ready']).optional(),
  follow: z.boolean().optional(),
  serve: z
    .object({
      address: z.string(),
      log: z.string().optional(),
      maxStalenessMs: z.number().optional(),
      readyAt: z.number(),
    })
    .optional(),
  handOver: z.enum(['subscription', 'none']).optional(),
  serveSql: z.boolean().optional(),
  /** Those without a password. */
  subscriptionConninfo: z.union([z.string(), z.array(z.string())]).optional(),
  /** The replicas whose words had one. */
  secretConninfos: z.array(z.string()).optional(),
  /** Shell lines of the operator's. */
  onHotReady: z.string().optional(),
  onSynced: z.string().optional(),
});
const runRequest = z.discriminatedUnion('command', [prefetchRequest, addReplicaRequest]);

/** What a run was asked for, as the journal keeps it: enough to ask for the same again from any folder. */
export type PrefetchRequest = z.infer<typeof prefetchRequest>;
export type AddReplicaRequest = z.infer<typeof addReplicaRequest>;
export type RunRequest = z.infer<typeof runRequest>;

/** A request out of its JSON; undefined where there is none that this version understands. */
export function storedRequest(json: unknown): RunRequest | undefined {
  return runRequest.safeParse(json).data;
}

export function requestedJoiner(joiner: JoinerSpec): AddReplicaRequest['joiner'] {
  return { name: joiner.name, host: hostLabel(joiner.host), path: joiner.store.path };
}

/** Where a run builds its joiner, told apart from all other places; undefined for a prefetch, and where it was not kept. */
export function joinerStoreOf(request: RunRequest | undefined): string | undefined {
  if (request?.command !== 'add-replica') return undefined;
  const { host, path } = request.joiner;
  return JSON.stringify([host, path]);
}

/** Throws where the kept text is no host: it goes to ssh. */
export function joinerOf({ joiner: { name, host, path } }: AddReplicaRequest): JoinerSpec {
  return { name, host: parseHost(host), store: storedStore(path) };
}

/**
 * The group as the run saw it, with its lead. Refuses a foresync.yaml that describes another group or table by now, or no
 * longer has the lead: a joiner begun there would not be gone on with.
 */
export function groupAsked(
  group: ReplicaGroup,
  { lead: leadName }: RunRequest,
  run: { group: string; table: string },
): ReplicaGroup {
  const lead = group.replicas.get(leadName);
  const same = group.name === run.group && group.table === run.table;
  if (lead && same) return { ...group, lead };
  const what = lead
    ? `describes table ${printable(group.table)} of ${printable(group.name)}`
    : `has no ${printable(leadName)}`;
  throw new ForesyncError('config', 'group-changed', `${printable(group.file)} ${what} by now.`, {
    hint: `The run is of table ${printable(run.table)} of ${printable(run.group)}, led by ${printable(leadName)}: name its foresync.yaml with --config.`,
  });
}
