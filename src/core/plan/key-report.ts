import { explainKey, type KeyExplanation } from '../forecast/explain/explain-key.ts';
import type { Forecast } from '../forecast/forecast.ts';
import type { KeyForecast } from '../forecast/key-forecast.ts';
import { type KeyStanding, keyStanding } from './key-standing.ts';
import type { Plan } from './make-plan.ts';

/** Why a key stands where it stands in a plan; everything that a screen or `--json` says of it. */
export interface KeyReport extends Omit<KeyExplanation, 'figures'> {
  key: string;
  /** What its expected reads come from. */
  model: KeyForecast['model'];
  /** ISO 8601, UTC. */
  origin: string;
  horizonMs: number;
  confidence: number;
  /** ISO 8601, UTC; median of the first read, given that the key is read. */
  expectedAt: string;
  expectedReads: number;
  expectedWrites: number;
  sizeBytes: number | undefined;
  donor: string | undefined;
  standing: KeyStanding;
}

/** `replicas` are their names, in the order that the forecast counts them in. */
export async function reportKey(
  plan: Plan,
  forecast: Forecast,
  key: number,
  replicas: string[],
  signal?: AbortSignal,
): Promise<KeyReport> {
  const { figures, ...explanation } = await explainKey(forecast, key, signal);
  const { expectedAtMs, donor, ...rest } = figures;
  return {
    ...rest,
    origin: new Date(forecast.originMs).toISOString(),
    horizonMs: forecast.horizonMs,
    expectedAt: new Date(expectedAtMs).toISOString(),
    donor: replicas[donor],
    standing: keyStanding(plan, forecast, key),
    ...explanation,
  };
}
