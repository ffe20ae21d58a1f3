import type { QuotedArguments } from './monitor-arguments.ts';

/**
 * Where commands have their keys, after the key specifications of the command table (Redis and Valkey, COMMAND DOCS; RO is a read, RW, OW
 * and RM are writes). `r` reads and `w` writes the keys that follow:
 * - `1` is the first argument behind the command, `1..2` those up to the second, `1..` all to the end, `1..-1` all but the last;
 * - `/2` after that takes every second one;
 * - `#1` is a count, and so many keys follow it;
 * - `STORE2` is the argument behind that word, which is looked for from the second argument on; `STREAMS1..` is the first half of
 *   those behind it, `KEYS6...` all of them.
 */
const table: readonly (readonly [string, string])[] = [
  [
    'r1',
    `get getrange substr strlen getbit bitcount bitpos bitfield_ro hexists hget hgetall hkeys hlen hmget hrandfield hscan hstrlen hvals
    httl hpttl hexpiretime hpexpiretime lindex llen lpos lrange scard sismember smembers smismember srandmember sscan zcard zcount
    zlexcount zmscore zrandmember zrange zrangebylex zrangebyscore zrank zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore
    xlen xpending xrange xrevrange dump expiretime pexpiretime pttl ttl type geodist geohash geopos geosearch georadius_ro
    georadiusbymember_ro sort_ro vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vsim json.get json.type json.strlen
    json.arrlen json.arrindex json.objkeys json.objlen json.resp bf.exists bf.mexists bf.card bf.info cf.exists cf.mexists cf.count
    cf.info cms.query cms.info topk.query topk.list topk.info ts.get ts.range ts.revrange ts.info tdigest.quantile tdigest.cdf
    tdigest.rank tdigest.min tdigest.max tdigest.info`,
  ],
  ['r2', 'object memory xinfo'],
  ['r1..2', 'lcs'],
  ['r1..', 'mget exists touch watch pfcount sdiff sinter sunion'],
  ['r1..-1', 'json.mget'],
  ['r#1', 'zdiff zinter zunion sintercard zintercard'],
  ['rSTREAMS1..', 'xread'],
  ['rSTREAMS4..', 'xreadgroup'],
  [
    'w1',
    `set setex psetex setnx setrange append incr incrby incrbyfloat decr decrby getset getdel getex setbit bitfield delifeq delex hset
    hsetnx hmset hdel hincrby hincrbyfloat hexpire hpexpire hexpireat hpexpireat hpersist hgetdel hgetex hsetex lpush lpushx rpush rpushx
    linsert lset lrem ltrim lpop rpop sadd srem spop zadd zincrby zrem zremrangebylex zremrangebyrank zremrangebyscore zpopmin
    zpopmax xadd xdel xtrim xack xackdel xdelex xclaim xautoclaim xsetid geoadd pfadd expire expireat pexpire pexpireat persist
    restore restore-asking vadd vrem vsetattr json.set json.del json.forget json.merge json.clear json.numincrby json.nummultby
    json.strappend json.arrappend json.arrinsert json.arrpop json.arrtrim json.toggle bf.add bf.madd bf.insert bf.reserve bf.load
    cf.add cf.addnx cf.insert cf.insertnx cf.del cf.reserve cms.incrby cms.initbydim cms.initbyprob topk.add topk.incrby topk.reserve
    ts.add ts.create ts.alter ts.incrby ts.decrby ts.del tdigest.add tdigest.create tdigest.reset`,
  ],
  ['w2', 'xgroup'],
  ['w1..2', 'rename renamenx smove rpoplpush brpoplpush lmove blmove'],
  ['w1..', 'del unlink'],
  ['w1..-1', 'blpop brpop bzpopmin bzpopmax'],
  ['w1../2', 'mset msetnx'],
  ['w1../3', 'json.mset ts.madd'],
  ['w#1', 'lmpop zmpop'],
  ['w#1/2', 'msetex'],
  ['w#2', 'blmpop bzmpop'],
  ['w3 wKEYS6...', 'migrate'],
  ['r1 w2', 'copy'],
  ['r1 wSTORE2', 'sort'],
  ['r1 wSTORE6 wSTOREDIST6', 'georadius'],
  ['r1 wSTORE5 wSTOREDIST5', 'georadiusbymember'],
  ['w1 r2', 'zrangestore geosearchstore'],
  ['w1 r2..', 'sinterstore sunionstore sdiffstore pfmerge'],
  ['w1 r#2', 'zunionstore zinterstore zdiffstore'],
  ['w2 r3..', 'bitop'],
  [
    '',
    `ping echo auth hello select quit reset client command config info cluster debug dbsize time role wait waitaof shutdown save bgsave
    bgrewriteaof lastsave sync psync replconf replicaof slaveof failover flushall flushdb swapdb randomkey keys scan multi exec
    discard unwatch subscribe psubscribe ssubscribe unsubscribe punsubscribe sunsubscribe publish spublish pubsub eval evalsha eval_ro
    evalsha_ro script fcall fcall_ro function acl module latency slowlog lolwut monitor asking readonly readwrite commandlog hotkeys
    sentinel pfselftest pfdebug ts.mget ts.mrange ts.mrevrange ts.queryindex ft.search ft.aggregate ft.create ft.info ft._list`,
  ],
];

interface KeyRule {
  isWrite: boolean;
  /** Begins behind this word instead of at the command. */
  word: string | undefined;
  isCounted: boolean;
  /** The first key, or its count, or where the word is looked for: an argument's index, the command's being 0. */
  first: number;
  last: 'same' | 'end' | 'half' | number;
  step: number;
}

export type CommandKeys = readonly KeyRule[];

const commands = new Map<string, CommandKeys>();
for (const [rules, names] of table) {
  const keys = rules
    .split(' ')
    .filter((rule) => rule !== '')
    .map(keyRule);
  for (const name of names.split(/\s+/)) commands.set(name, keys);
}

function keyRule(rule: string): KeyRule {
  const match = /^([rw])([A-Z]*)(#?)(\d+)(\.{0,3})(-?\d*)(?:\/(\d))?$/.exec(rule);
  if (!match) throw new Error(`The rule ${rule} is not written as it should be.`);
  const [, access, word, counted, first, dots, last, step] = match;
  return {
    isWrite: access === 'w',
    word: word === '' ? undefined : word,
    isCounted: counted === '#',
    first: Number(first),
    last: !dots ? 'same' : last ? Number(last) : word && dots === '..' ? 'half' : 'end',
    step: Number(step ?? 1),
  };
}

/** Where the command has its keys, by its name in any case; undefined for an unknown command. */
export function commandKeys(name: string): CommandKeys | undefined {
  return commands.get(name.toLowerCase());
}

/** Calls `found` with the index of every argument that is a key. */
export function keysOf(
  keys: CommandKeys,
  given: QuotedArguments,
  found: (index: number, isWrite: boolean) => void,
): void {
  for (const rule of keys) {
    const word = rule.word === undefined ? undefined : given.indexOf(rule.word, rule.first);
    if (word === -1) continue;
    const first = word === undefined ? rule.first + (rule.isCounted ? 1 : 0) : word + 1;
    const last = Math.min(given.count - 1, lastOf(rule, first, given));
    for (let at = first; at <= last; at += rule.step) found(at, rule.isWrite);
  }
}

function lastOf(rule: KeyRule, first: number, given: QuotedArguments): number {
  if (rule.isCounted) {
    const count = rule.first < given.count ? given.text(rule.first) : '';
    return /^\d{1,7}$/.test(count) ? first + (Number(count) - 1) * rule.step : -1;
  }
  if (rule.last === 'same') return first;
  if (rule.last === 'end') return given.count - 1;
  if (rule.last === 'half') return first - 1 + Math.floor((given.count - first) / 2);
  return rule.last < 0 ? given.count - 1 + rule.last : rule.last;
}
