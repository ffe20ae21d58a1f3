import { messageOf } from '../errors.ts';
import type { Agents } from './connect.ts';
import type { Donor } from './run.ts';

/**
 * Drops the Prefetch Caches at donors, connecting to those that are not connected, or not any longer. One that cannot be reached holds up
 * none of the others: `warn` hears of it. May be repeated.
 */
export async function dropCaches(
  names: Iterable<string>,
  options: { agents: Agents; connected: ReadonlyMap<string, Donor>; warn(text: string): void },
): Promise<void> {
  const dropped = [...names].map(async (name) => {
    const connected = options.connected.get(name);
    try {
      if (connected && (await isDropped(connected, options.warn))) return;
      const { agent } = await options.agents.openDonor(name);
      await agent.call('cache.drop', {});
    } catch (error) {
      options.warn(
        `A Prefetch Cache may be left at ${name}: ${messageOf(error)} 'foresync prefetch --release' drops it.`,
      );
    }
  });
  await Promise.all(dropped);
}

async function isDropped({ agent }: Donor, warn: (text: string) => void): Promise<boolean> {
  try {
    await agent.call('cache.drop', {});
    return true;
  } catch (error) {
    warn(`${messageOf(error)} It is connected anew, for its Prefetch Cache to be dropped.`);
    return false;
  }
}
