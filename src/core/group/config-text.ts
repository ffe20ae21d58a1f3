import { stringify } from 'yaml';
import { type GroupDocument, groupShape, replicaShape } from './config-shape.ts';
import { pricesShape } from './prices.ts';

/**
 * The text of a foresync.yaml, with a comment on every key. `schemaPath` is where the JSON schema lies, for editors that
 * know the language server's comment. Reading it gives the document back.
 */
export function configText(
  { group, table, lead, leaders, replicas, pin, exclude, prices }: GroupDocument,
  schemaPath: string,
): string {
  const { shape } = groupShape;
  const keys = (name: 'pin' | 'exclude', patterns: readonly string[]) => [
    `# ${shape[name].description}`,
    patterns.length > 0 ? `${name}: ${flow(patterns)}` : `# ${name}: []`,
  ];
  return `${[
    `# yaml-language-server: $schema=${encodeURI(schemaPath)}`,
    '',
    `# ${shape.group.description}`,
    `group: ${scalar(group)}`,
    '',
    `# ${shape.table.description}`,
    `table: ${scalar(table)}`,
    '',
    `# ${shape.lead.description}`,
    `lead: ${scalar(lead)}`,
    '',
    ...(leaders ? [`# ${shape.leaders.description}`, `leaders: ${flow(leaders)}`, ''] : []),
    `# ${shape.replicas.description}`,
    ...Object.entries(replicaShape.shape).map(([name, { description }]) => `#   ${name}: ${description}`),
    'replicas:',
    ...Object.entries(replicas).flatMap(([name, replica]) => replicaLines(name, replica)),
    '',
    ...keys('pin', pin),
    ...keys('exclude', exclude),
    '',
    `# ${shape.prices.description}`,
    ...Object.entries(pricesShape.shape).map(([name, { description }]) => `#   ${name}: ${description}`),
    prices === undefined ? '# prices: {}' : `prices: ${JSON.stringify(prices)}`,
  ].join('\n')}\n`;
}

function replicaLines(name: string, { host, store, logs }: GroupDocument['replicas'][string]): string[] {
  return [
    `  ${scalar(name)}:`,
    `    host: ${scalar(host)}`,
    `    store: ${scalar(store)}`,
    ...(logs.length > 0 ? [`    logs: ${flow(logs)}`] : []),
  ];
}

function flow(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`;
}

/** Bare where that is plain to read, else in double quotes, where YAML knows all of JSON's escapes. */
function scalar(text: string): string {
  const isPlain = /^[A-Za-z][\w@./-]*$/.test(text) && stringify(text).trimEnd() === text;
  return isPlain ? text : JSON.stringify(text);
}
