import type { NetworkShape } from './network.ts';

/** What a pass over one sequence leaves for the way back; allocated once and used for every sequence. */
export interface Tape {
  /** `[step * row + i]`: inputs, hidden state before the step, 1. One step more than the sequence, for the last hidden state. */
  rows: Float64Array;
  /** `[step * 4 * hidden + 4 * unit + gate]`, after their nonlinearity. */
  gates: Float64Array;
  /** `[(step + 1) * hidden + unit]`: cell state after the step; zeros before the first. */
  cells: Float64Array;
  /** `[step * hidden + unit]`: slope of the loss by the hidden state after the step, as the heads left it. */
  hiddenSlopes: Float64Array;
  cellSlope: Float64Array;
  carried: Float64Array;
}

export function newTape({ hidden, row }: NetworkShape, steps: number): Tape {
  return {
    rows: new Float64Array((steps + 1) * row),
    gates: new Float64Array(steps * 4 * hidden),
    cells: new Float64Array((steps + 1) * hidden),
    hiddenSlopes: new Float64Array(steps * hidden),
    cellSlope: new Float64Array(hidden),
    carried: new Float64Array(hidden),
  };
}

/**
 * Runs the cell (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000) over the tape's inputs, from an
 * empty state. Expects the inputs in `tape.rows`.
 */
export function runCell(shape: NetworkShape, weights: Float64Array, tape: Tape, steps: number): void {
  const { inputs, hidden, row } = shape;
  const { rows, gates, cells } = tape;
  const last = row - 1;
  for (let i = 0; i < hidden; i++) rows[inputs + i] = 0;
  for (let step = 0; step < steps; step++) {
    const at = step * row;
    rows[at + last] = 1;
    for (let unit = 0; unit < hidden; unit++) {
      const w0 = 4 * unit * row;
      const w1 = w0 + row;
      const w2 = w1 + row;
      const w3 = w2 + row;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let i = 0; i < row; i++) {
        const value = rows[at + i]!;
        s0 += weights[w0 + i]! * value;
        s1 += weights[w1 + i]! * value;
        s2 += weights[w2 + i]! * value;
        s3 += weights[w3 + i]! * value;
      }
      const gate = 4 * (step * hidden + unit);
      const input = 1 / (1 + Math.exp(-s0));
      const forget = 1 / (1 + Math.exp(-s1));
      const candidate = 2 / (1 + Math.exp(-2 * s2)) - 1;
      const output = 1 / (1 + Math.exp(-s3));
      gates[gate] = input;
      gates[gate + 1] = forget;
      gates[gate + 2] = candidate;
      gates[gate + 3] = output;
      const cell = forget * cells[step * hidden + unit]! + input * candidate;
      cells[(step + 1) * hidden + unit] = cell;
      rows[at + row + inputs + unit] = output * (2 / (1 + Math.exp(-2 * cell)) - 1);
    }
  }
}

/** Adds the slopes of the loss by the cell's weights to `slopes`, from `tape.hiddenSlopes`, through all steps of the sequence. */
export function backCell(
  shape: NetworkShape,
  weights: Float64Array,
  tape: Tape,
  steps: number,
  slopes: Float64Array,
): void {
  const { inputs, hidden, row } = shape;
  const { rows, gates, cells, hiddenSlopes, cellSlope, carried } = tape;
  cellSlope.fill(0);
  carried.fill(0);
  for (let step = steps - 1; step >= 0; step--) {
    const at = step * row;
    for (let unit = 0; unit < hidden; unit++) hiddenSlopes[step * hidden + unit]! += carried[unit]!;
    carried.fill(0);
    for (let unit = 0; unit < hidden; unit++) {
      const gate = 4 * (step * hidden + unit);
      const input = gates[gate]!;
      const forget = gates[gate + 1]!;
      const candidate = gates[gate + 2]!;
      const output = gates[gate + 3]!;
      const squashed = 2 / (1 + Math.exp(-2 * cells[(step + 1) * hidden + unit]!)) - 1;
      const byHidden = hiddenSlopes[step * hidden + unit]!;
      const byCell = cellSlope[unit]! + byHidden * output * (1 - squashed * squashed);
      cellSlope[unit] = byCell * forget;
      const g0 = byCell * candidate * input * (1 - input);
      const g1 = byCell * cells[step * hidden + unit]! * forget * (1 - forget);
      const g2 = byCell * input * (1 - candidate * candidate);
      const g3 = byHidden * squashed * output * (1 - output);
      const w0 = 4 * unit * row;
      const w1 = w0 + row;
      const w2 = w1 + row;
      const w3 = w2 + row;
      for (let i = 0; i < row; i++) {
        const value = rows[at + i]!;
        slopes[w0 + i]! += g0 * value;
        slopes[w1 + i]! += g1 * value;
        slopes[w2 + i]! += g2 * value;
        slopes[w3 + i]! += g3 * value;
      }
      for (let i = 0; i < hidden; i++) {
        const w = inputs + i;
        carried[i]! +=
          g0 * weights[w0 + w]! + g1 * weights[w1 + w]! + g2 * weights[w2 + w]! + g3 * weights[w3 + w]!;
      }
    }
  }
}
