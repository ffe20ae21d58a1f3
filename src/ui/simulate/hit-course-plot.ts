import type { SimulatedJoin } from '../../core/simulate/simulate-join.ts';
import type { PageFrame } from '../analyze/page-frame.ts';
import { coursePlots } from '../course-plot.ts';

/** The hit rate against time, of the first join of each order. */
export function hitCourseLines(joins: readonly SimulatedJoin[], frame: PageFrame): string[] {
  const shown = joins.filter(({ order }, at) => joins.findIndex((join) => join.order === order) === at);
  return coursePlots(
    shown.map(({ order, course }) => ({
      name: order,
      role: order === 'foresync' ? ('good' as const) : ('active' as const),
      course,
    })),
    frame,
  );
}
