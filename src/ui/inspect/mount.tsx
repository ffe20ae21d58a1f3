import { Box, type Instance, render, Text, useInput, useWindowSize } from 'ink';
import { type ReactNode, useEffect } from 'react';
import type { InspectedPlan } from '../../core/plan/inspect/inspected-plan.ts';
import type { PlanEdits } from '../../core/plan/inspect/plan-edits.ts';
import type { PlanView } from '../../core/plan/inspect/plan-rows.ts';
import type { Brush } from '../metrics-paint.ts';
import { keysOf } from './keys.ts';
import { Inspector, type InspectorEnd, type InspectorWorld } from './run-inspector.ts';
import { screenLines, withinPane } from './screen.ts';
import type { InspectEvent, InspectState } from './state.ts';

export interface InspectTerminal {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

const framesPerSecond = 30;

/**
 * Shows a plan on a screen of its own, until it is quit; the terminal is as it was then. Rejects when the signal trips, and with what goes wrong while a
 * plan is looked into.
 */
export async function inspectOnTerminal(
  plan: InspectedPlan,
  start: { view: PlanView; edits: PlanEdits; search: string | undefined },
  options: { terminal: InspectTerminal; brush: Brush; world: InspectorWorld; signal: AbortSignal },
): Promise<InspectorEnd> {
  const { terminal, brush, world, signal } = options;
  const { columns, rows } = terminal.stdout;
  let ink: Instance | undefined;
  // The first size is told while the first frame is drawn.
  const draw = (state: InspectState) => ink?.rerender(frameOf(state));
  const inspector = new Inspector(plan, { ...start, columns, rows }, world, draw);
  const handle = (event: InspectEvent) => inspector.handle(event, (state) => withinPane(state, plan, brush));
  const frameOf = (state: InspectState) => <Frame lines={screenLines(state, plan, brush)} handle={handle} />;
  ink = render(frameOf(inspector.state), {
    ...terminal,
    interactive: true,
    alternateScreen: true,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: framesPerSecond,
  });
  draw(inspector.state);
  const stop = () => inspector.fail(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    return await inspector.ended;
  } finally {
    signal.removeEventListener('abort', stop);
    ink.unmount();
    await ink.waitUntilExit();
  }
}

/** Lines as they are, and the ear for keys and sizes. */
function Frame({ lines, handle }: { lines: string[]; handle(event: InspectEvent): void }): ReactNode {
  const { columns, rows } = useWindowSize();
  useInput((input, key) => {
    for (const pressed of keysOf(input, key)) handle({ type: 'key', key: pressed });
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another size is news
  useEffect(() => handle({ type: 'resized', columns, rows }), [columns, rows]);
  return (
    <Box flexDirection="column" height={lines.length}>
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen
        <Box key={at} height={1} flexShrink={0} overflow="hidden">
          <Text wrap="truncate-end">{line === '' ? ' ' : line}</Text>
        </Box>
      ))}
    </Box>
  );
}
