import { FeatureRows, featureCount, featureNames } from '../features/feature-rows.ts';
import { BinFinder } from '../trees/bin-finder.ts';
import type { Edges } from '../trees/binning.ts';
import type { ForecastInside } from './inside.ts';

export interface KeyFeature {
  /** H in it is the horizon. */
  name: string;
  /** `null` where there is nothing to measure: a key never written has no age of its last write. */
  value: number | null;
  unit: 'horizons' | 'bytes' | 'number';
  /** Shares of all known keys whose value is above, and is the same. */
  above: number;
  same: number;
}

/** An age longer than any, which stands for one that is not known. */
const never = 1e6;

/** All features of one key where the plan begins. */
export function featureRow({ prepared }: ForecastInside, key: number): Float32Array {
  const { columns, orders, scale, origins, signals } = prepared.shared;
  const row = new Float32Array(featureCount);
  const rows = new FeatureRows(columns, orders, scale);
  rows.moveTo(origins.at(-1)!, signals.at(-1)!);
  rows.write([key], row);
  return row;
}

/** Bins of one row, by feature. */
export function binsOf(row: Float32Array, edges: Edges[]): Uint8Array {
  const bins = new Uint8Array(featureCount);
  for (let f = 0; f < featureCount; f++)
    new BinFinder(edges[f]!).fill(row, featureCount, f, bins.subarray(f, f + 1));
  return bins;
}

export function keyFeature(feature: number, value: number, column: Float32Array | undefined): KeyFeature {
  const name = featureNames[feature]!;
  let above = 0;
  let same = 0;
  for (const other of column ?? []) {
    if (other > value) above++;
    else if (other === value) same++;
  }
  const keys = Math.max(1, column?.length ?? 0);
  const unit = unitOf(name);
  const unknown = unit === 'horizons' ? value >= never : isCounted(name) && value < 0;
  return { name, value: unknown ? null : value, unit, above: above / keys, same: same / keys };
}

function unitOf(name: string): KeyFeature['unit'] {
  if (name === 'size') return 'bytes';
  return /^age of last access over/.test(name) || !/^(age of|last gap|gap before|mean log gap)/.test(name)
    ? 'number'
    : 'horizons';
}

/** Only the time of day is ever below zero and means it. */
function isCounted(name: string): boolean {
  return !name.startsWith('time of day');
}
