const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
/** 1 January 1970 was a Thursday; weeks begin on Mondays. */
const epochIntoWeekMs = 3 * dayMs;
/** A cycle that the panel saw fewer times than this is not learned: the network would take it for a trend. */
const leastCycles = 2;

/** Which cycles a panel can tell of, in UTC. */
export interface Calendar {
  /** Steps a day, or 0 where the panel is too short for it or a step does not divide it. The same of a week. */
  daySteps: number;
  weekSteps: number;
  /** Sine and cosine of the hour of day (twice its frequency too) and of the weekday, at the middle of a step; 0 where the cycle is unknown. */
  phases(step: number, into: Float64Array | Float32Array, at: number): void;
}

/** Numbers that `phases` writes. */
export const phaseCount = 6;

export function panelCalendar({
  steps,
  stepMs,
  endMs,
}: {
  steps: number;
  stepMs: number;
  endMs: number;
}): Calendar {
  const seen = (cycleMs: number) => steps * stepMs >= leastCycles * cycleMs && stepMs * 2 <= cycleMs;
  const stepsIn = (cycleMs: number) => (seen(cycleMs) && cycleMs % stepMs === 0 ? cycleMs / stepMs : 0);
  const days = seen(dayMs);
  const weeks = seen(weekMs);
  const startMs = endMs - steps * stepMs;
  return {
    daySteps: stepsIn(dayMs),
    weekSteps: stepsIn(weekMs),
    phases(step, into, at) {
      const middleMs = startMs + (step + 0.5) * stepMs;
      const day = (2 * Math.PI * (middleMs % dayMs)) / dayMs;
      const week = (2 * Math.PI * ((middleMs + epochIntoWeekMs) % weekMs)) / weekMs;
      into[at] = days ? Math.sin(day) : 0;
      into[at + 1] = days ? Math.cos(day) : 0;
      into[at + 2] = days ? Math.sin(2 * day) : 0;
      into[at + 3] = days ? Math.cos(2 * day) : 0;
      into[at + 4] = weeks ? Math.sin(week) : 0;
      into[at + 5] = weeks ? Math.cos(week) : 0;
    },
  };
}
