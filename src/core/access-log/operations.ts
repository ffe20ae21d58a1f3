/** What a logged operation does to its key: 'none' is known and touches no key, so its line is ignored. */
export type OperationKind = 'read' | 'write' | 'none';

const words: Record<OperationKind, string> = {
  read: `r read reads get gets gat gats mget getex hget hgetall hmget lookup fetch find findone load select query scan view
    head hit miss exists scard smembers zrange lrange getrange strlen batchgetitem getitem`,
  write: `w write writes set sets put puts post patch insert inserts add update updates upsert replace merge delete deletes del d remove rm
    unlink append prepend incr incrby decr decrby cas touch expire store save create modify increment decrement hset hdel hincrby
    mset setex setnx psetex getset getdel lpush rpush sadd srem zadd zrem u i putitem updateitem deleteitem`,
  none: `ping auth hello begin commit rollback savepoint connect connection disconnect quit close open options trace info stats
    version flush_all start stop`,
};

const kinds = new Map<string, OperationKind>();
for (const [kind, list] of Object.entries(words)) {
  for (const word of list.split(/\s+/)) kinds.set(word, kind as OperationKind);
}

/** Looks an operation up by its name in any case; undefined for an unknown one. */
export function operationKind(name: string): OperationKind | undefined {
  return kinds.get(name.trim().toLowerCase());
}
