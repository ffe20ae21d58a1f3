import { ForesyncError } from '../errors.ts';
import type { ReplicaGroup } from '../group/config.ts';
import type { StoreSpec } from '../group/store-spec.ts';
import { printable } from '../text.ts';
import type { JoinerSpec } from './refusals.ts';

const names = { sqlite: 'SQLite', postgres: 'PostgreSQL' };

/** Refuses a joiner whose rows would come from another kind of database: a value has no bits in common there. */
export function refuseMixedStores(group: ReplicaGroup, joiner: JoinerSpec): void {
  const other = [...group.replicas.values()].find(({ store }) => store.kind !== joiner.store.kind);
  if (!other) return;
  throw new ForesyncError(
    'config',
    'stores-mixed',
    `${printable(other.name)} is at ${names[other.store.kind]}, and ${printable(joiner.name)} is to be at ${names[joiner.store.kind]}.`,
    { hint: 'All replicas of a group are of one kind: name a --store like theirs.' },
  );
}

/** Refuses what is there for SQLite alone. `what`: the wish, as the operator has it. */
export function onlySqlite({ kind }: StoreSpec, what: string): void {
  if (kind === 'sqlite') return;
  throw new ForesyncError(
    'usage',
    'engine-unsupported',
    `${what} is there for SQLite alone, and not for ${names[kind]}.`,
    {
      hint: 'docs/ARCHITECTURE.md, under PostgreSQL, says what there is.',
    },
  );
}
