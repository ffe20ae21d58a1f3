import type { PostgresServer } from '../../../support/postgres.ts';
import { hostileKeys, planText } from '../plan-keys.ts';
import type { PgCase } from './case.ts';

const mostKeys = 1200;

/** The plan file of a case. */
export function pgPlan(chosen: PgCase, server: PostgresServer, database: string): string {
  return planText(chosen.table.name, keysOf(chosen, server, database), ['lead']);
}

function keysOf(chosen: PgCase, server: PostgresServer, database: string) {
  const there = () => keysIn(chosen, server, database);
  switch (chosen.plan) {
    case 'good':
      return there();
    case 'wrong':
      return Array.from({ length: 700 }, (_, i) =>
        chosen.table.key.length > 1 ? [-i, `gone ${i}`] : `gone ${i}`,
      );
    case 'hostile':
      return [...hostileKeys, ...hostileKeys, ...there().slice(0, 20)];
    default:
      return [];
  }
}

function keysIn({ table }: PgCase, server: PostgresServer, database: string) {
  const parts = table.key.map(({ name }) => `${name}::text`).join(', ');
  const found = server.sql(
    `SELECT json_build_array(${parts}) FROM ${table.name} LIMIT ${mostKeys}`,
    database,
  );
  const keys = found === '' ? [] : found.split('\n').map((line) => JSON.parse(line) as string[]);
  return keys.map((key) => (key.length === 1 ? (key[0] as string) : key));
}
