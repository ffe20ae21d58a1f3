import { messageOf } from '../errors.ts';
import { Agents } from './connect.ts';
import { emitter, type RunOptions } from './run.ts';

export interface ReleaseOptions extends Omit<RunOptions, 'plan' | 'minConfidence'> {
  /** Looks only. */
  dryRun: boolean;
}

export interface ReleaseResult {
  /** The capture that was ended, if there was one. */
  captureId: string | undefined;
  donors: { donor: string; released: boolean; reason: string | undefined }[];
}

/**
 * Takes away all that foresync has at the donors, or with `dryRun` tells what would go: the Delta Log at the lead, the Prefetch Caches at all of them. May be
 * repeated. Throws where the lead cannot be reached; other donors that cannot are named in the result.
 */
export async function release(options: ReleaseOptions): Promise<ReleaseResult> {
  const { dryRun } = options;
  const run = { ...options, plan: undefined, minConfidence: undefined };
  const agents = new Agents(run, emitter(run));
  try {
    const { lead, others } = await agents.connectDonors(new Set(options.group.replicas.keys()));
    const { result: capture } = await lead.agent.call('capture.read', {});
    if (!dryRun) await lead.agent.call('capture.stop', {});
    const donors = [...options.group.replicas.keys()].map(async (name) => {
      const donor = name === lead.name ? lead : others.get(name);
      if (!donor) return { donor: name, released: false, reason: 'could not be reached' };
      try {
        if (!dryRun) await donor.agent.call('cache.drop', {});
        return { donor: name, released: true, reason: undefined };
      } catch (error) {
        return { donor: name, released: false, reason: messageOf(error) };
      }
    });
    return { captureId: capture.id, donors: await Promise.all(donors) };
  } finally {
    await agents.close();
  }
}
