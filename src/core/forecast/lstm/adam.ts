const momentum = 0.9;
const memory = 0.98;
const tiny = 1e-8;
/** Slopes longer than this are shortened to it (Pascanu et al. 2013). */
const longestSlope = 1;

/** Adam (Kingma and Ba 2015) over one flat array of weights. */
export class Adam {
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  #updates = 0;

  constructor(size: number) {
    this.#mean = new Float64Array(size);
    this.#square = new Float64Array(size);
  }

  /** Takes one step down the slopes. */
  update(weights: Float64Array, slopes: Float64Array, rate: number): void {
    let squares = 0;
    for (let i = 0; i < slopes.length; i++) squares += slopes[i]! * slopes[i]!;
    const shorten = Math.min(1, longestSlope / Math.sqrt(squares + tiny));
    this.#updates++;
    const meanLift = 1 / (1 - momentum ** this.#updates);
    const squareLift = 1 / (1 - memory ** this.#updates);
    for (let i = 0; i < slopes.length; i++) {
      const slope = slopes[i]! * shorten;
      const mean = momentum * this.#mean[i]! + (1 - momentum) * slope;
      const square = memory * this.#square[i]! + (1 - memory) * slope * slope;
      this.#mean[i] = mean;
      this.#square[i] = square;
      weights[i]! -= (rate * mean * meanLift) / (Math.sqrt(square * squareLift) + tiny);
    }
  }
}
