/** From values to places in a drawing. */
export interface Scale {
  at(value: number): number;
  /** Marked values, from the lowest. */
  ticks: number[];
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const timeSteps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * second),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12, 24, 48, 168, 336, 720, 2160, 8760].map((hours) => hours * hour),
];

/** From nothing to `maxMs`, which lies at the end of it; marks at round times. */
export function timeScale(maxMs: number, from: number, to: number, mostTicks: number): Scale {
  const step = timeSteps.find((candidate) => maxMs / candidate <= mostTicks) ?? maxMs / mostTicks;
  return scaled(maxMs, step, from, to);
}

/** From nothing to `max` or a little more, up to a mark; marks at round multiples of powers of `base`. */
export function valueScale(max: number, from: number, to: number, base: 1000 | 1024): Scale {
  const least = Math.max(max, 1) / 4;
  let unit = 1;
  while (unit * base <= least) unit *= base;
  const step = unit * ([1, 2, 5, 10, 20, 50, 100, 200, 500].find((times) => unit * times >= least) ?? base);
  return scaled(Math.ceil(Math.max(max, 1) / step) * step, step, from, to);
}

/** Of shares from 0 to 1. */
export function shareScale(from: number, to: number): Scale {
  return scaled(1, 0.25, from, to);
}

function scaled(max: number, step: number, from: number, to: number): Scale {
  const count = Math.floor(max / step + 1e-9);
  return {
    at: (value) => round(from + (Math.min(max, Math.max(0, value)) / max) * (to - from)),
    ticks: Array.from({ length: count + 1 }, (_, index) => index * step),
  };
}

/** A tenth of a pixel is as much as anybody sees. */
export function round(place: number): number {
  return Math.round(place * 10) / 10;
}
