import { Adam } from './adam.ts';
import { learnSequence, type Model, type Sequence } from './sequence.ts';
import { sequencesPerUpdate, type WorkPlan } from './work.ts';

const rate = 0.01;

/** Weights shrink by this share of the rate an update (Loshchilov and Hutter 2019): a panel has few days, and they are soon known by heart. */
const weightDecay = 0.5;

/**
 * Origins to learn from, `[key * steps + step]`: a horizon follows, and the key's level was then no lower than half of that
 * of the panel's middle key now. The panel's keys were chosen by what they are at its end: a key that was cold before its
 * rise is there only because it rose, and would teach that cold keys rise. What the panel lacks, keys that were hot and
 * fell, cannot be made up for here: panels that hold some of them are better to learn from.
 */
function originsOf({ features }: Model): Uint8Array {
  const { keys, steps, horizonSteps, levels } = features;
  const latest = Float32Array.from({ length: keys }, (_, key) => levels[key * steps + steps - 1]!).sort();
  const least = latest[keys >> 1]! - Math.LN2;
  const origins = new Uint8Array(keys * steps);
  for (let key = 0; key < keys; key++) {
    for (let step = 0; step + horizonSteps < steps; step++)
      if (levels[key * steps + step]! >= least) origins[key * steps + step] = 1;
  }
  return origins;
}

/** Trains the model's weights by backpropagation through time, truncated at the sequences' starts. Throws when the signal trips. */
export function train(
  model: Model,
  plan: WorkPlan,
  uniform: () => number,
  signal: AbortSignal | undefined,
): void {
  const { shape, weights, features } = model;
  const origins = originsOf(model);
  const slopes = new Float64Array(shape.size);
  const adam = new Adam(shape.size);
  for (let update = 0; update < plan.updates; update++) {
    signal?.throwIfAborted();
    slopes.fill(0);
    for (let i = 0; i < sequencesPerUpdate; i++)
      learnSequence(model, drawSequence(features, plan, uniform), origins, slopes);
    const scale = 1 / (sequencesPerUpdate * (plan.window - plan.warmUp));
    for (let i = 0; i < slopes.length; i++) slopes[i]! *= scale;
    // The rate falls to nothing along half a cosine (Loshchilov and Hutter 2017).
    const now = rate * 0.5 * (1 + Math.cos((Math.PI * update) / plan.updates));
    for (let i = 0; i < weights.length; i++) weights[i]! *= 1 - weightDecay * now;
    adam.update(weights, slopes, now);
  }
}

function drawSequence(
  { keys, steps, horizonSteps }: Model['features'],
  { window, warmUp }: WorkPlan,
  uniform: () => number,
): Sequence {
  const starts = steps - horizonSteps - window + 1;
  return {
    key: Math.floor(uniform() * keys),
    start: Math.floor(uniform() * starts),
    length: window,
    scoredFrom: warmUp,
  };
}
