import { backCell, newTape, runCell, type Tape } from './cell.ts';
import { type Features, inputCount } from './features.ts';
import { backHeads, lookAhead, newOutlook, type Outlook, outlookLoss } from './heads.ts';
import type { NetworkShape } from './network.ts';
import { type Profiles, writeProfile } from './profile.ts';

/** The network with what it sees and the buffers that it works in. */
export interface Model {
  shape: NetworkShape;
  weights: Float64Array;
  features: Features;
  profiles: Profiles;
  tape: Tape;
  outlook: Outlook;
}

export function newModel(
  shape: NetworkShape,
  weights: Float64Array,
  features: Features,
  profiles: Profiles,
  longest: number,
): Model {
  return {
    shape,
    weights,
    features,
    profiles,
    tape: newTape(shape, longest),
    outlook: newOutlook(features.horizonSteps),
  };
}

/** A stretch of one key's series. Its first steps fill the state; the steps from `scoredFrom` on, up to its end, are origins. */
export interface Sequence {
  key: number;
  start: number;
  length: number;
  scoredFrom: number;
}

/** Runs the cell over the sequence; the model's outlook is then that of its last step. */
export function forecastSequence(model: Model, sequence: Sequence): Outlook {
  readSequence(model, sequence);
  lookFrom(model, sequence, sequence.length - 1);
  return model.outlook;
}

/**
 * Loss summed over the sequence's origins at which `trained` says 1 (by key and step), and its slopes by all weights added to
 * `slopes`. Every origin needs a whole horizon of the series after it.
 */
export function learnSequence(
  model: Model,
  sequence: Sequence,
  trained: Uint8Array,
  slopes: Float64Array,
): number {
  const { shape, weights, features, tape, outlook } = model;
  const { key, start, length, scoredFrom } = sequence;
  const sumsAt = key * (features.steps + 1);
  readSequence(model, sequence);
  tape.hiddenSlopes.fill(0);
  let loss = 0;
  for (let step = scoredFrom; step < length; step++) {
    if (trained[key * features.steps + start + step] !== 1) continue;
    lookFrom(model, sequence, step);
    loss += outlookLoss(outlook, features.sums, sumsAt + start + step + 1);
    backHeads(shape, weights, tape.rows, step, outlook.rawSlopes, slopes, tape.hiddenSlopes);
  }
  backCell(shape, weights, tape, length, slopes);
  return loss;
}

function readSequence({ shape, weights, features, tape }: Model, { key, start, length }: Sequence): void {
  const from = (key * features.steps + start) * inputCount;
  for (let step = 0; step < length; step++) {
    const at = step * shape.row;
    for (let i = 0; i < inputCount; i++) tape.rows[at + i] = features.inputs[from + step * inputCount + i]!;
  }
  runCell(shape, weights, tape, length);
}

function lookFrom(
  { shape, weights, features, profiles, tape, outlook }: Model,
  { key, start }: Sequence,
  step: number,
): void {
  const origin = start + step;
  writeProfile(profiles, key, origin, outlook.profile);
  lookAhead(shape, weights, tape.rows, step, features.levels[key * features.steps + origin]!, outlook);
}
