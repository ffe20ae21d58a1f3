import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { ForesyncError, refusalOf, systemCodeOf } from '../errors.ts';
import { nearWord } from '../near-word.ts';
import { printable } from '../text.ts';
import { groupShape, replicaShape } from './config-shape.ts';
import { type HostSpec, parseHost } from './host.ts';
import { type Prices, pricesShape, usualPrices } from './prices.ts';
import { parseStore, type StoreSpec } from './store-spec.ts';
import { isTableLog } from './table-log.ts';

/** A replica of the group as foresync.yaml describes it. */
export interface Replica {
  name: string;
  host: HostSpec;
  store: StoreSpec;
  /**
   * Paths or globs of its access logs at its host, of a local replica relative ones resolved against foresync.yaml's folder; and URLs of
   * tables at ClickHouse, which are read from here.
   */
  logs: string[];
}

/** The replicas of one table. */
export interface ReplicaGroup {
  name: string;
  table: string;
  /** The replica whose state a joiner must equal. */
  lead: Replica;
  /** The other replicas that applications write at; most groups have none. */
  otherLeaders: Replica[];
  /** All replicas by name, the lead among them. */
  replicas: Map<string, Replica>;
  /** Keys, patterns of keys and `@FILE`s, relative to foresync.yaml's folder, that plans pin and exclude. */
  pin: string[];
  exclude: string[];
  /** What tuning goes by. */
  prices: Prices;
  /** Absolute path of the foresync.yaml that it was read from. */
  file: string;
}

/**
 * Reads and checks foresync.yaml. Relative paths of local stores and logs are taken from its folder.
 * Throws `config` errors with the place and what is allowed there.
 */
export function loadGroup(file: string): ReplicaGroup {
  const absolute = path.resolve(file);
  return readGroup(textOf(absolute), absolute);
}

/** The same for the text of a foresync.yaml that is, or is to be, at an absolute path. */
export function readGroup(text: string, absolute: string): ReplicaGroup {
  const folder = path.dirname(absolute);
  const found = groupShape.safeParse(parseYaml(text, absolute));
  if (!found.success) throw misshapen(absolute, found.error);
  const {
    group,
    table,
    lead: leadName,
    leaders = [],
    replicas: described,
    pin,
    exclude,
    prices = usualPrices,
  } = found.data;
  const replicas = new Map<string, Replica>();
  for (const [replicaName, replica] of Object.entries(described)) {
    const read = <T>(key: string, parse: () => T) =>
      parsed(absolute, `replicas.${replicaName}.${key}`, parse);
    const host = read('host', () => parseHost(replica.host));
    const localFolder = host.kind === 'local' ? folder : undefined;
    replicas.set(replicaName, {
      name: replicaName,
      host,
      store: read('store', () => parseStore(replica.store, localFolder)),
      logs: replica.logs.map((log) =>
        localFolder === undefined || isTableLog(log) ? log : path.resolve(folder, log),
      ),
    });
  }
  const lead = replicas.get(leadName);
  if (!lead) {
    const names = [...replicas.keys()];
    const near = nearWord(leadName, names);
    const hint = near === undefined ? `They are ${names.slice(0, 20).join(', ')}.` : `Did you mean ${near}?`;
    throw invalid(absolute, `lead: '${leadName}' is none of the replicas`, printable(hint));
  }
  const otherLeaders = otherLeadersOf(leaders, lead, replicas, absolute);
  return { name: group, table, lead, otherLeaders, replicas, pin, exclude, prices, file: absolute };
}

function otherLeadersOf(
  names: readonly string[],
  lead: Replica,
  replicas: ReadonlyMap<string, Replica>,
  file: string,
): Replica[] {
  if (names.length === 0) return [];
  const refuse = (what: string, hint: string) => invalid(file, `leaders: ${what}`, hint);
  if (!names.includes(lead.name))
    throw refuse(
      `the lead '${lead.name}' is not among them`,
      'Name all replicas that applications write at.',
    );
  return [...new Set(names)]
    .filter((name) => name !== lead.name)
    .map((name) => {
      const leader = replicas.get(name);
      if (!leader)
        throw refuse(`'${name}' is none of the replicas`, `They are ${[...replicas.keys()].join(', ')}.`);
      if (leader.store.kind !== 'postgres')
        throw refuse(`'${name}' is not at PostgreSQL`, 'SQLite has one lead: leave leaders out.');
      return leader;
    });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') {
      throw new ForesyncError('config', 'config-missing', `There is no ${printable(file)}.`, {
        hint: "'foresync init' writes one; or name another with --config.",
      });
    }
    throw new ForesyncError(
      'config',
      'config-unreadable',
      `${printable(file)} cannot be read: ${refusalOf(error)}.`,
      {
        hint: 'Check the path and its permissions, or name another with --config.',
        cause: error,
      },
    );
  }
}

function parseYaml(text: string, file: string): unknown {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem) throw notYaml(file, problem.message.split(/:?\n/)[0] ?? 'no YAML');
  return document.toJS();
}

/** What would be wrong usage in a flag is a wrong configuration here, at a place that has a name. */
function parsed<T>(file: string, place: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ForesyncError)) throw error;
    throw new ForesyncError(
      'config',
      'config-invalid',
      `${printable(file)}: ${printable(place)}: ${error.message}`,
      { ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error },
    );
  }
}

/** A key that is not known tells more than the one that is missing in its place. */
function misshapen(file: string, { issues }: z.ZodError): ForesyncError {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (!issue) return invalid(file, 'not a replica group');
  const place = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const near = nearWord(key, Object.keys(shapeAt(place).shape));
    const known = near === undefined ? knownKeys : `Did you mean ${near}? ${knownKeys}`;
    return invalid(file, `${place || 'top level'}: unknown key '${issue.keys.join("', '")}'`, known);
  }
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const what = isMissing ? 'it is missing' : issue.message.replace(/^Invalid input: /, '');
  return invalid(file, `${place || 'top level'}: ${what}`);
}

function shapeAt(place: string) {
  if (place === '') return groupShape;
  return place === 'prices' ? pricesShape : replicaShape;
}

function notYaml(file: string, reason: string): ForesyncError {
  return new ForesyncError('config', 'config-invalid', `${printable(file)}: ${printable(reason)}.`, {
    hint: 'It is no YAML: look at the indentation, brackets and quotes there.',
  });
}

const knownKeys = `Known keys: group, table, lead, leaders, pin, exclude, replicas.NAME.{host, store, logs}, prices.{${Object.keys(pricesShape.shape).join(', ')}}.`;

function invalid(file: string, reason: string, hint = knownKeys): ForesyncError {
  return new ForesyncError('config', 'config-invalid', `${printable(file)}: ${printable(reason)}.`, { hint });
}
