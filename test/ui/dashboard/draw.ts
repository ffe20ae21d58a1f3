import type { RunEvent } from '../../../src/core/sync/events.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';
import { EventLog } from '../../../src/ui/dashboard/event-log.ts';
import { mountDashboard, printLastFrame } from '../../../src/ui/dashboard/mount.tsx';
import { printableRun } from '../../../src/ui/plain/printable-run.ts';
import { themeFor } from '../../../src/ui/theme.ts';
import { fakeKeyboard, fakeTerminal, unsteered } from '../fake-terminal.ts';

export const utf8 = { LANG: 'C.UTF-8' };

/** Wide, joined, combining, right to left, long, and alike but for their end. */
export const strangeNames = [
  '東京の複製',
  '🚀 👨‍👩‍👧‍👦 family',
  'مرحبا',
  'Zu\u0308rich',
  `${'x'.repeat(50)}-1`,
  `${'x'.repeat(50)}-2`,
];
export const strangeDonors = strangeNames.map((donor) => ({ donor, host: 'local' }));
/** The last frame of a run cut off after `share` of its events: of its screen, or of what stays when it is over. */
export async function draw(
  history: RunEvent[],
  columns: number,
  rows: number,
  env: NodeJS.ProcessEnv = utf8,
  share = 1,
): Promise<{ frame: string[]; written: string }> {
  const terminal = fakeTerminal(columns, rows);
  const streams = { stdin: fakeKeyboard(), stdout: terminal.stream, stderr: terminal.stream };
  const told = history.slice(0, Math.ceil(history.length * share));
  const run = foldRun(told);
  const log = new EventLog(themeFor([], env));
  for (const event of told) log.add(event, () => run);
  const events = log.events.filter(({ kind }) => kind === 'event');
  if (run.outcome !== 'running') await printLastFrame(streams, themeFor([], env), { run, events });
  else {
    const live = {
      run: printableRun(run, themeFor([], env)),
      events: log.events,
      isStopping: false,
      wayOn: undefined,
    };
    const keys = { canSteer: true, takesKeys: true };
    mountDashboard(streams, themeFor([], env), { ...unsteered, say: () => undefined }, () => ({
      ...live,
      ...keys,
    })).close();
  }
  return { frame: terminal.frames().at(-1) ?? [], written: terminal.written() };
}
