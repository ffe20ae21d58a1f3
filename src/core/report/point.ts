/** A value at a moment, which is told from the start of the run. */
export interface Point {
  ms: number;
  value: number;
}
