import type { AgentClient } from '../../agent/client.ts';
import type { Params, Result } from '../../agent/protocol.ts';
import type { Wait } from '../../clock.ts';
import { printable } from '../../text.ts';
import type { Emit } from '../events.ts';

type Begun = NonNullable<Result<'pg.capture.start'>['begun']>;
type SlotWait = Result<'pg.capture.start'>['waitsFor'][number];

const pollMs = 100;
/** Looks, each of which lets the server go on for a while, before somebody is told what it waits for. */
const quietLooks = 4;

/** Makes publication and slot at the lead, and tells whom the server lets it wait for, each once. A stop is obeyed while it waits; then the agent's end takes both back. */
export async function captureStarted(
  lead: AgentClient,
  {
    wait,
    signal,
    emit,
    ...capture
  }: Params<'pg.capture.start'> & { wait: Wait; signal: AbortSignal; emit: Emit },
): Promise<Begun> {
  const told = new Set<number>();
  for (let looks = 1; ; looks++) {
    const { begun, waitsFor } = (await lead.call('pg.capture.start', capture)).result;
    if (begun) return begun;
    for (const one of looks >= quietLooks ? waitsFor : []) {
      if (told.has(one.pid)) continue;
      told.add(one.pid);
      emit({ type: 'note', level: 'info', text: waitText(lead.name, one) });
    }
    await wait(pollMs, signal);
    signal.throwIfAborted();
  }
}

function waitText(lead: string, { pid, sinceMs, application, user, state }: SlotWait): string {
  if (pid === 0)
    return `The slot at ${lead} waits for a prepared transaction: pg_prepared_xacts there has it, and COMMIT PREPARED or ROLLBACK PREPARED ends it.`;
  const who = [application ?? '', ...(user === undefined ? [] : [`of ${user}`])].filter((one) => one !== '');
  const what = [
    ...(who.length > 0 ? [printable(who.join(' '), 100)] : []),
    ...(state === undefined ? [] : [printable(state, 60)]),
    ...(sinceMs === undefined ? [] : [`since ${new Date(sinceMs).toISOString()}`]),
  ];
  const details = what.length > 0 ? ` (${what.join(', ')})` : '';
  return `The slot at ${lead} waits for a transaction that was open before it: process ${pid}${details}. Where nobody needs it, SELECT pg_terminate_backend(${pid}) there ends it.`;
}
