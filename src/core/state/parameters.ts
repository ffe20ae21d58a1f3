import type { StateFile } from './open.ts';

/** What rows that go ahead are ordered by: expected reads, these per byte, or what sending a row early is worth per byte. */
export const hotOrders = ['reads', 'reads-per-byte', 'early-value'] as const;
export type HotOrder = (typeof hotOrders)[number];

/** The parameters that runs tune, one value a group. */
export interface Parameters {
  /** How far a plan looks ahead. */
  horizonMs?: number;
  /** Of the decayed count. */
  halfLifeMs?: number;
  /** How much the decayed count weighs beside the learned forests, each of which weighs 1. */
  decayWeight?: number;
  /** Keys that are less sure are not planned; 0 to 1. */
  minConfidence?: number;
  budgetKeys?: number;
  budgetBytes?: number;
  /** How long hot rows may take before the snapshot goes on. */
  prefetchTimeoutMs?: number;
  order?: HotOrder;
}

export type ParameterName = keyof Parameters;
export type ParameterValue = number | HotOrder;

export const parameterNames = [
  'horizonMs',
  'halfLifeMs',
  'decayWeight',
  'minConfidence',
  'budgetKeys',
  'budgetBytes',
  'prefetchTimeoutMs',
  'order',
] as const satisfies readonly ParameterName[];

/** What holds where nothing was tuned, set or said by a flag. What is not here has no value then: it is chosen when a plan is made, or no limit. */
export const usualParameters = {
  horizonMs: 24 * 3_600_000,
  minConfidence: 0.5,
  prefetchTimeoutMs: 600_000,
} as const satisfies Parameters;

/** The values of a group that has some. */
export interface GroupParameters {
  group: string | undefined;
  parameters: Parameters;
}

/** How a parameter of a group stands. */
export interface ParameterStanding {
  name: ParameterName;
  /** Undefined where the default holds. */
  value: ParameterValue | undefined;
  origin: 'tuned' | 'set' | 'default';
  isFrozen: boolean;
  /** Runs that began before are no evidence on it; milliseconds since the epoch, 0 where it was never touched. */
  sinceMs: number;
}

interface StandingRow {
  name: string;
  value: unknown;
  origin: 'tuned' | 'set';
  is_frozen: number;
  since_ms: number;
}

/** Every parameter of a group, in the order of `parameterNames`; of the plans made without a group where `group` is undefined. */
export function readStandings({ db }: StateFile, group: string | undefined): ParameterStanding[] {
  const rows = db
    .prepare<[string], StandingRow>(
      'SELECT name, value, origin, is_frozen, since_ms FROM group_parameter WHERE group_name = ?',
    )
    .all(group ?? '');
  const byName = new Map(rows.map((row) => [row.name, row]));
  return parameterNames.map((name) => {
    const row = byName.get(name);
    const value = parameterOf(name, row?.value);
    return {
      name,
      value,
      origin: row === undefined || value === undefined ? 'default' : row.origin,
      isFrozen: row?.is_frozen === 1,
      sinceMs: row?.since_ms ?? 0,
    };
  });
}

/** The values that were tuned or set; `plan` has defaults for the rest, and its flags win over both. */
export function readParameters(state: StateFile, group: string | undefined): Parameters {
  return Object.fromEntries(
    readStandings(state, group).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The values of every group that has some, by name. */
export function listParameters(state: StateFile): GroupParameters[] {
  return state.db
    .prepare<[], string>('SELECT DISTINCT group_name FROM group_parameter ORDER BY group_name')
    .pluck()
    .all()
    .map((name) => {
      const group = name === '' ? undefined : name;
      return { group, parameters: readParameters(state, group) };
    })
    .filter(({ parameters }) => Object.keys(parameters).length > 0);
}

/** Undefined for what another version of foresync may have kept. */
export function parameterOf(name: ParameterName, value: unknown): ParameterValue | undefined {
  if (name === 'order') return hotOrders.find((order) => order === value);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function isParameter(name: string): name is ParameterName {
  return (parameterNames as readonly string[]).includes(name);
}
