import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { Donors } from './donors.tsx';
import { Facts } from './facts.tsx';
import { isWide, type Layout } from './layout.ts';
import { Phases } from './phases.tsx';

export const margin = 1;
const betweenSides = 4;

/** Columns of the whole, of the phases, and of what stands beside or below them. */
export function widthsFor(columns: number): { width: number; left: number; right: number } {
  const width = Math.max(1, columns - 2 * margin);
  if (!isWide(columns)) return { width, left: width, right: width };
  const left = Math.floor((width - betweenSides) / 2);
  return { width, left, right: width - betweenSides - left };
}

/** Phases, figures and donors; side by side where there is room. */
export function RunParts({
  run,
  layout,
  columns,
}: {
  run: RunSnapshot;
  layout: Layout;
  columns: number;
}): ReactNode {
  const { phases, facts, donors, sideBySide, gap } = layout;
  const { left, right } = widthsFor(columns);
  return (
    <Box
      flexDirection={sideBySide ? 'row' : 'column'}
      marginTop={gap}
      columnGap={betweenSides}
      rowGap={sideBySide ? 0 : gap}
    >
      {phases > 0 ? <Phases run={run} width={left} rows={phases} /> : null}
      {facts > 0 ? (
        <Box flexDirection="column" width={right}>
          <Facts run={run} width={right} rows={facts} />
          <Donors run={run} width={right} rows={donors} />
        </Box>
      ) : null}
    </Box>
  );
}
