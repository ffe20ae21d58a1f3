import { hash } from 'node:crypto';
import { hostLabel } from '../group/host.ts';
import type { JoinerSpec } from './refusals.ts';

/**
 * Whose a capture is, which its id tells: `run-OWNER-…` is that of a run, `prefetch-…` that of a prefetch, free for the run that comes first, and
 * `prefetch-…+OWNER` the same once a run has claimed it. An owner is a joiner in its store, whichever run builds it: what a run that was
 * killed left, the same command finds again, and a run that builds the joiner of that name elsewhere is another owner.
 */
export type CaptureOwner = `${string}-${string}`;

const markLength = 12;

export function ownerOf(group: string, { name, host, store }: JoinerSpec): CaptureOwner {
  return `${mark(group, name)}-${mark(hostLabel(host), store.path)}`;
}

/** The id of a new capture: a run's, or a prefetch's where there is no owner. `newId` is one that nobody else has. */
export function newCaptureId(owner: CaptureOwner | undefined, newId: string): string {
  return owner === undefined ? `prefetch-${newId}` : `run-${owner}-${newId}`;
}

/** Whether a prefetch started it, claimed or not. */
export function isOfPrefetch(id: string): boolean {
  return id.startsWith('prefetch-');
}

/** Whether it is a prefetch's that no run has claimed. */
export function isFree(id: string): boolean {
  return isOfPrefetch(id) && !id.includes('+');
}

export function claimedBy(id: string, owner: CaptureOwner): string {
  return `${id}+${owner}`;
}

/** The id that it had before it was claimed; that is also what Prefetch Caches know it by. */
export function unclaimed(id: string): string {
  return id.replace(/\+.*$/, '');
}

export function isOwnedBy(id: string, owner: CaptureOwner): boolean {
  return id.startsWith(`run-${owner}-`) || id.includes(`+${owner}`);
}

/** Whether it is owned by the joiner of that name in this store or in another. */
export function isOfSameJoiner(id: string, owner: CaptureOwner): boolean {
  const joiner = owner.slice(0, markLength);
  return id.startsWith(`run-${joiner}-`) || id.includes(`+${joiner}-`);
}

function mark(...parts: string[]): string {
  return hash('sha256', parts.join('\0'), 'hex').slice(0, markLength);
}
