import { z } from 'zod';
import { hostPattern } from './host.ts';
import { pricesShape } from './prices.ts';
import { storePattern } from './store-spec.ts';

/**
 * What foresync.yaml may hold. Patterns are told to editors alone: here, what reads hosts and stores refuses with better words. The descriptions are also those of the JSON schema that editors complete by
 * (docs/foresync.schema.json) and the comments of what `foresync init` writes.
 */
const name = z.string().min(1).max(200);
const patterns = z.array(z.string().min(1).max(4096)).default([]);

export const replicaShape = z
  .strictObject({
    host: z.string().max(255).default('local').meta({
      description: "'local' for this machine, or a destination as ssh takes it: user@host, or an alias.",
      pattern: hostPattern.source,
    }),
    store: z.string().max(4096).meta({
      description:
        "Its database, as sqlite:PATH or postgres://user@host:port/database; a local path may be relative to this file's folder.",
      pattern: storePattern.source,
    }),
    logs: z
      .array(z.string().max(4096))
      .default([])
      .describe('Its access logs: files or globs at its host, or clickhouse:// URLs.'),
  })
  .describe('A replica that is there.');

export const groupShape = z.strictObject({
  group: name.describe('A name for the replicas of this table, as runs and plans show it.'),
  table: name.describe('The table; its primary key is the key.'),
  lead: name.describe('The replica whose state a new one must equal.'),
  leaders: z
    .array(name)
    .max(32)
    .optional()
    .describe(
      'At PostgreSQL: the replicas that applications write at, the lead among them, where those are several; each subscribes to each other with origin = none.',
    ),
  replicas: z.record(name, replicaShape).describe('The replicas that are there, by name.'),
  pin: patterns.describe('Keys, patterns such as "config:*", or @FILE: every plan has them first.'),
  exclude: patterns.describe('Keys, patterns or @FILE that no plan has.'),
  prices: pricesShape
    .optional()
    .describe('What tuning weighs reads that are served early against, in reads.'),
});

export type GroupDocument = z.infer<typeof groupShape>;
