import { ForesyncError } from '../errors.ts';
import { formatBytes } from '../format.ts';
import type { Replica, ReplicaGroup } from '../group/config.ts';
import { type HostSpec, hostLabel } from '../group/host.ts';
import type { StoreSpec } from '../group/store-spec.ts';
import { printable, shortId } from '../text.ts';

/** Where a new replica is to be. */
export interface JoinerSpec {
  name: string;
  host: HostSpec;
  store: StoreSpec;
}

/** The replicas that live on the joiner's host, as far as its name tells. */
export function replicasNear(joiner: JoinerSpec, group: ReplicaGroup): Replica[] {
  return [...group.replicas.values()].filter(({ host }) => hostLabel(host) === hostLabel(joiner.host));
}

export function nameTaken(name: string, group: ReplicaGroup): ForesyncError {
  return new ForesyncError(
    'usage',
    'usage',
    `${printable(name)} is a replica of ${printable(group.name)} already.`,
    { hint: 'Choose another name for the new one.' },
  );
}

/** Refuses to build a joiner in the place of one of the donors. */
export function refuseDonorsPlace(joiner: JoinerSpec, group: ReplicaGroup): void {
  const same = replicasNear(joiner, group).find(({ store }) => store.path === joiner.store.path);
  if (same) throw donorsPlace(joiner, same.name);
}

export function donorsPlace(joiner: JoinerSpec, donor: string): ForesyncError {
  return new ForesyncError(
    'usage',
    'joiner-is-donor',
    `${printable(joiner.store.path)} is the store of ${printable(donor)} itself.`,
    { hint: 'Name another --store.' },
  );
}

/** The joiner is not there yet: what is in the way lies in a file. */
export function tableThere({ host, store }: JoinerSpec, table: string): ForesyncError {
  const where = host.kind === 'local' ? '' : ` at ${printable(hostLabel(host))}`;
  return new ForesyncError(
    'exists',
    'joiner-has-table',
    `${printable(store.path)}${where} holds a table ${printable(table)} already.`,
    { hint: 'Use --replace to put the copy in its place, or name another --store.' },
  );
}

export function noSpace(joiner: JoinerSpec, neededBytes: number, freeBytes: number): ForesyncError {
  return new ForesyncError(
    'io',
    'disk-full',
    `${printable(joiner.name)} has ${formatBytes(freeBytes)} free and needs about ${formatBytes(neededBytes)}.`,
    { hint: 'Make room, or name a --store on another disk.' },
  );
}

/** A table that was followed here, and is defined in another way than the lead's by now. */
export function followedDiffers(joiner: JoinerSpec, table: string): ForesyncError {
  return new ForesyncError(
    'exists',
    'joiner-differs',
    `The table ${printable(table)} of ${printable(joiner.name)} is defined in another way than the lead's by now.`,
    { hint: 'Use --replace to copy it anew.' },
  );
}

/** A table in its place that a run began, and which is to be begun anew while that run lives. */
export function joinerHeld(joiner: JoinerSpec): ForesyncError {
  return new ForesyncError(
    'exists',
    'joiner-busy',
    `Another run writes to ${printable(joiner.store.path)} just now.`,
  );
}

/** How far a joiner is: nowhere to be seen, in its place but not in sync, or in sync there. */
export type JoinerState = 'building' | 'hot' | 'synced';

/** A run as commands name it: by its id, and by the state file that it is kept in, where that is not the usual one. */
export interface NamedRun {
  runId: string;
  /** ` --state FILE` */
  stateOption?: string;
}

/** What a run that was stopped says; `begun` where there is something to go on with. */
export function stopped(
  { joiner, ...named }: NamedRun & { joiner: JoinerSpec },
  { begun, place }: { begun: boolean; place: JoinerState },
): ForesyncError {
  if (!begun)
    return new ForesyncError('interrupted', 'interrupted', 'Interrupted before anything had begun.');
  const name = printable(joiner.name);
  if (place === 'synced')
    return new ForesyncError(
      'stopped',
      'stopped',
      `Stopped; ${name} is there, and the lead still keeps a Delta Log for it.`,
      {
        hint: `The same command goes on; without --follow it cleans up, and so does '${commandFor('abort', named)}'.`,
      },
    );
  return new ForesyncError(
    'stopped',
    'stopped',
    `Stopped; ${name} ${place === 'hot' ? 'is in its place, but not in sync' : 'is not there yet'}.`,
    { hint: goesOn(named) },
  );
}

/** An error of a run that can be gone on with, which says so where it has no better advice. */
export function withWayOn(error: unknown, run: NamedRun): unknown {
  return withHint(error, goesOn(run));
}

/** An error of a run that has left nothing, which says who looks for the reason where it has no better advice. */
export function withDoctor(error: unknown): unknown {
  const isAtHost = error instanceof ForesyncError && ['unreachable', 'permission'].includes(error.kind);
  return isAtHost ? withHint(error, "'foresync doctor' looks at all hosts, and tells what to do.") : error;
}

/** A run of this journal would have been named before anything began. */
export function withBusyRun(error: unknown): unknown {
  if (!(error instanceof ForesyncError) || error.code !== 'joiner-busy') return error;
  const { kind, code, message, cause } = error;
  const hint =
    "It was started with another state file: there, 'foresync status' tells of it, and 'foresync abort' ends it.";
  return new ForesyncError(kind, code, message, { hint, cause });
}

function withHint(error: unknown, hint: string): unknown {
  if (!(error instanceof ForesyncError) || error.hint !== undefined) return error;
  const { kind, code, message, cause } = error;
  return new ForesyncError(kind, code, message, { hint, cause });
}

function goesOn(run: NamedRun): string {
  return `The same command goes on from here, and so does '${commandFor('resume', run)}'; '${commandFor('abort', run)}' gives up.`;
}

function commandFor(verb: 'resume' | 'abort', { runId, stateOption = '' }: NamedRun): string {
  return `foresync ${verb} ${shortId(runId)}${stateOption}`;
}
