import type { ReplicaGroup } from '../core/group/config.ts';
import type { PhaseName } from '../core/sync/events.ts';
import type { PlanSource } from '../core/sync/run.ts';
import type { AddReplicaRequest, PrefetchRequest } from '../core/sync/run-request.ts';
import { printable } from '../core/text.ts';
import { formatBytes, formatCounted, formatDuration } from './format.ts';

/** What a run would do in one of its phases, one sentence. */
export interface RunStep {
  step: PhaseName;
  text: string;
}

const name = (text: string) => printable(text, 60);

/** What an add-replica would do, in the order of its phases. `serveWarning`: of the address that it serves at. */
export function addReplicaSteps(
  request: AddReplicaRequest,
  group: ReplicaGroup,
  plan: PlanSource | undefined,
  serveWarning: string | undefined,
): RunStep[] {
  const { joiner, publishAt, replace, onHotReady, onSynced } = request;
  const lead = name(group.lead.name);
  const table = name(group.table);
  const joins = name(joiner.name);
  const isEarly = publishAt === 'hot-ready';
  const isAtPostgres = group.lead.store.kind === 'postgres';
  const place = replace
    ? `takes the place of the table that is in ${printable(joiner.path)}`
    : `appears in ${printable(joiner.path)}`;
  const publish: RunStep = {
    step: 'publish',
    text: `${table} ${place} at ${joins}, ${isEarly ? 'with rows missing, as foresync_status beside it says' : 'whole'}.`,
  };
  const hot: RunStep[] = plan
    ? [
        {
          step: 'hot',
          text: `${plannedRows(plan, request.minConfidence)} are sent to ${joins} first.${hookWords('hot-ready', onHotReady)}`,
        },
      ]
    : [];
  const serve: RunStep[] = request.serve
    ? [
        {
          step: 'capture',
          text: `From then on ${joins} answers reads at ${printable(request.serve.address)}.${serveWarning === undefined ? '' : ` ${printable(serveWarning)}`}`,
        },
      ]
    : request.serveSql
      ? [
          {
            step: 'capture',
            text: `From then on ${joins} answers reads of ${table} by key, and fetches from ${lead} what is not there.`,
          },
        ]
      : [];
  const follow: RunStep[] = request.follow
    ? [{ step: 'follow', text: `What changes at ${lead} is applied at ${joins}, until ctrl-C or SIGTERM.` }]
    : [];
  return [
    connectStep(group, [`${joins} (${name(joiner.host)})`]),
    { step: 'capture', text: captureText({ table, lead, joins }, isAtPostgres) },
    ...serve,
    ...hot,
    ...(isEarly ? [publish] : []),
    { step: 'snapshot', text: `All ${plan ? 'other ' : ''}rows are sent to ${joins}.` },
    { step: 'delta', text: 'What changed meanwhile is sent, round by round.' },
    { step: 'verify', text: `${joins} is compared with ${lead}, to the last bit.` },
    ...(isEarly ? [] : [publish]),
    ...follow,
    {
      step: 'cleanup',
      text: `${cleanupText({ lead, joins }, isAtPostgres, request.handOver === 'none')}${hookWords('synced', onSynced)}`,
    },
  ];
}

function captureText(
  { table, lead, joins }: { table: string; lead: string; joins: string },
  isAtPostgres: boolean,
): string {
  return isAtPostgres
    ? `A publication of ${table} and a slot are made at ${lead}, and the Delta Log is begun at ${joins}; or they are gone on with.`
    : `A Delta Log of ${table} is begun at ${lead}, or gone on with.`;
}

function cleanupText(
  { lead, joins }: { lead: string; joins: string },
  isAtPostgres: boolean,
  isLeft: boolean,
): string {
  if (!isAtPostgres) return 'The Delta Log and all Prefetch Caches are taken away.';
  return isLeft
    ? `The Delta Log at ${joins} is taken away, and so are slot and publication at ${lead}.`
    : `A subscription of ${joins} goes on with slot and publication at ${lead}, and the Delta Log at ${joins} is taken away.`;
}

/** What a prefetch would do. */
export function prefetchSteps(
  { keepMs }: PrefetchRequest,
  group: ReplicaGroup,
  { plan, cache, limitBytes }: { plan: PlanSource; cache: 'file' | 'memory'; limitBytes: number },
): RunStep[] {
  const where = cache === 'memory' ? 'in memory' : 'in a file';
  return [
    connectStep(group, []),
    {
      step: 'capture',
      text: `A Delta Log of ${name(group.table)} is begun at ${name(group.lead.name)}, and kept for ${formatDuration(keepMs)}.`,
    },
    {
      step: 'cache',
      text: `${plannedRows(plan, undefined)} are read into Prefetch Caches of ${formatBytes(limitBytes)} at most, ${where} at each donor.`,
    },
  ];
}

function connectStep({ replicas }: ReplicaGroup, more: readonly string[]): RunStep {
  const names = [...[...replicas.keys()].map(name), ...more];
  const last = names.pop() ?? '';
  const all = names.length === 0 ? last : `${names.join(', ')} and ${last}`;
  return { step: 'connect', text: `Agents are started at ${all}.` };
}

function plannedRows({ from, header }: PlanSource, minConfidence: number | undefined): string {
  const least = minConfidence === undefined ? '' : ` with a confidence of ${minConfidence} or more`;
  return `The rows of ${formatCounted(header.entries, 'planned key')}${least} (${printable(from)})`;
}

function hookWords(hook: 'hot-ready' | 'synced', line: string | undefined): string {
  return line === undefined ? '' : ` Then --on-${hook} is run here.`;
}
