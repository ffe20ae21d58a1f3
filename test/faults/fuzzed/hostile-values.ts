import type { Stage } from './stage.ts';

const lyingRowids = [
  '30',
  '60',
  '90',
  '-5',
  '9223372036854775807',
  '-9223372036854775808',
  '9999999999999999999',
];
export const lyingPlaces = [
  ...lyingRowids.map((i) => [{ i }]),
  ...[[{ r: 60.5 }], [{ t: 'NjA=' }], [{ n: true }], [{ i: '60' }, { i: '1' }]],
];

/** What may stand in the place of a parameter of that name; what fits it more often than what does not. */
export function hostileFor(
  key: string,
  { donor, joiner, newcomer, bystander, folder, shape }: Stage,
): unknown[] {
  const anything = [
    ...[
      null,
      true,
      false,
      -1,
      1.5,
      2 ** 53,
      1e308,
      '',
      'x'.repeat(5000),
      '\0',
      'a\0b',
      '\ud800',
      "'; DROP TABLE other; --",
    ],
    ...[[], {}, '@deep', JSON.parse('{"__proto__":{"complete":true}}'), { constructor: { prototype: 1 } }],
    ...[
      [{ n: true }],
      [{ b: 'AAAA' }],
      [{ r: 1e308 }],
      [{ i: '9999999999999999999' }],
      Array(64).fill({ t: '' }),
    ],
  ];
  const create = shape.sql;
  const special: Record<string, unknown[]> = {
    path: [
      ...[
        bystander,
        donor,
        joiner,
        newcomer,
        newcomer,
        folder,
        `${joiner}/../../bystander/own.db`,
        '../../own.db',
        '/dev/null',
      ],
      ...[`${joiner}\0.db`, '/proc/self/mem', `file:${bystander}?mode=rw`, ':memory:'],
    ],
    table: ['other', 'ITEMS', 'sqlite_schema', 'sqlite_sequence', '"items"', 'main.items'],
    name: ['other', 'sqlite_schema', 'items"; DROP TABLE other; --', '_foresync_checkpoint'],
    sql: [
      `${create}; DROP TABLE other`,
      `${create}; ATTACH '${bystander}' AS b; DELETE FROM b.items`,
      'CREATE TABLE items AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n',
      'CREATE TABLE items(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v, g AS (load_extension(v)) STORED)',
      'CREATE TABLE items(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v REFERENCES other(a) ON DELETE CASCADE)',
      'CREATE TABLE other(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v)',
      'CREATE TABLE _foresync_checkpoint(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v)',
      `CREATE TABLE items(${'('.repeat(2000)}`,
      'CREATE INDEX by_v ON other(a)',
      'CREATE INDEX by_v ON items(v) WHERE v IS NOT NULL; DROP TABLE other',
      'CREATE INDEX by_v ON items(hex(zeroblob(1000000)))',
      'CREATE INDEX by_v ON items(load_extension(v))',
    ],
    encoding: ['UTF-16le', 'UTF-16be'],
    pageSizeBytes: [512, 513, 65536],
    fallback: ["(SELECT v FROM other)'"],
    where: ['1; DROP TABLE other'],
    captureId: ['other', "' OR 1 --"],
    limitBytes: [0, 2 ** 52],
    kind: ['memory'],
    watermark: [0, 4, 2 ** 53 - 1],
    prunedTo: [7, 2 ** 53 - 1],
    logEnd: [0],
    lastRowid: ['9223372036854775807', '9999999999999999999', '-1'],
    takes: ['nothing', 'deltas', 'rows', 'all'],
    level: [0, 19, 20],
    targetBytes: [0, 1, 2 ** 28],
    maxBytes: [0, 1, 2 ** 28],
    maxKeys: [0, 1, 1_000_000],
    leaseMs: [0, 2 ** 53 - 1],
    stores: [[bystander, '\0', '/dev/null', ...Array(900).fill(joiner)]],
    range: [{}, { from: [{ n: true }] }, { to: [{ t: 'AAAA' }] }],
    from: [[{ t: 'AAAA' }, { i: '1' }], [{ i: '100' }]],
    to: [...lyingPlaces, undefined],
    snapshotAfter: [...lyingPlaces, undefined],
    i: lyingRowids,
  };
  return [...(special[key] ?? []), ...(special[key] ?? []), ...anything];
}
