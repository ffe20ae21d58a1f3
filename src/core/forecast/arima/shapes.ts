import type { Panel } from '../panel/panel.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Season } from './seasons.ts';

/** A profile of more figures is mostly noise at the reads that most keys have. */
const mostPhases = 24;
/** A key with fewer reads a phase shows no profile. */
const readsAPhase = 3;
const keysAShape = 12;
const mostShapes = 6;
const rounds = 20;

/**
 * Keys that are read at the same times of the season: spherical k-means over the square roots of each key's profile,
 * whose distances are those of Hellinger. Keys with too few reads are in no shape.
 * @returns rows of the panel by shape, the shape with the hottest key first; the same for the same seed
 */
export function keysByShape(panel: Panel, season: Season, seed: number): number[][] {
  const keys: number[] = [];
  const points: Float64Array[] = [];
  for (let key = 0; key < panel.keys; key++) {
    const point = profileOf(panel, key, season);
    if (point === undefined) continue;
    keys.push(key);
    points.push(point);
  }
  const shapes = Math.min(mostShapes, Math.floor(points.length / keysAShape));
  if (shapes < 1) return keys.length > 0 ? [keys] : [];
  const nearestCentre = cluster(points, shapes, seededRandom(seed));
  const members = new Map<number, number[]>();
  for (const [i, centre] of nearestCentre.entries()) {
    const list = members.get(centre) ?? [];
    list.push(keys[i]!);
    members.set(centre, list);
  }
  return [...members.values()];
}

/** A unit vector, or undefined where the key has too few reads. */
function profileOf(panel: Panel, key: number, season: Season): Float64Array | undefined {
  const phases = Math.min(mostPhases, season.steps);
  const profile = new Float64Array(phases);
  let reads = 0;
  for (let step = panel.steps - season.usable; step < panel.steps; step++) {
    const count = panel.reads[key * panel.steps + step]!;
    profile[Math.floor(((step % season.steps) * phases) / season.steps)]! += count;
    reads += count;
  }
  if (reads < readsAPhase * phases) return undefined;
  return profile.map((count) => Math.sqrt(count / reads));
}

function cluster(points: Float64Array[], shapes: number, random: () => number): number[] {
  let centres = spreadCentres(points, shapes, random);
  let nearest: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const found = points.map((point) => nearestTo(point, centres).index);
    if (found.every((centre, i) => centre === nearest[i])) break;
    nearest = found;
    centres = centres.map((centre, c) => meanDirection(points, nearest, c) ?? centre);
  }
  return nearest;
}

/** The first points of k-means++ (Arthur and Vassilvitskii, 2007): each far from those before it, by chance. */
function spreadCentres(points: Float64Array[], shapes: number, random: () => number): Float64Array[] {
  const centres = [points[0]!];
  while (centres.length < shapes) {
    const distances = points.map((point) => Math.max(0, 1 - nearestTo(point, centres).likeness));
    let left = random() * distances.reduce((sum, distance) => sum + distance, 0);
    const next = distances.findIndex((distance) => {
      left -= distance;
      return left < 0;
    });
    if (next < 0) break;
    centres.push(points[next]!);
  }
  return centres;
}

function nearestTo(point: Float64Array, centres: Float64Array[]): { index: number; likeness: number } {
  let best = { index: 0, likeness: Number.NEGATIVE_INFINITY };
  for (const [index, centre] of centres.entries()) {
    let likeness = 0;
    for (let i = 0; i < point.length; i++) likeness += point[i]! * centre[i]!;
    if (likeness > best.likeness) best = { index, likeness };
  }
  return best;
}

function meanDirection(points: Float64Array[], nearest: number[], centre: number): Float64Array | undefined {
  const sum = new Float64Array(points[0]!.length);
  for (const [i, point] of points.entries()) {
    if (nearest[i] === centre) for (let j = 0; j < sum.length; j++) sum[j]! += point[j]!;
  }
  const length = Math.hypot(...sum);
  return length > 0 ? sum.map((value) => value / length) : undefined;
}
