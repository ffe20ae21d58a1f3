import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, collect, countsOf, holdsForAnyBytes } from './collect.ts';

/** Apache HTTP Server, "Log Files", Common Log Format and Combined Log Format. */
const common = '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326';
const combined = `${common} "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"`;
const at = Date.UTC(2000, 9, 10, 20, 55, 36);

test('the examples of the documentation are read, by detection and by name', async () => {
  for (const line of [common, combined]) {
    for (const options of [{}, { format: 'combined' as const }]) {
      const { events, read } = await collect(`${line}\n`, options);
      assert.equal(read.layout?.format, 'combined');
      assert.deepEqual(brief(events), [`${at} /apache_pb.gif 2326`]);
    }
  }
});

const request = (text: string, size = '1') =>
  `::1 - a [b] c [10/Oct/2000:13:55:36 -0700] "${text}" 200 ${size} "-" "-"`;

test('methods read, write or are ignored; the path goes without its query', async () => {
  const lines = [
    request('GET /a?b=c#d HTTP/1.1'),
    request('HEAD /b#d', '-'),
    ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => request(`${method} /w HTTP/2.0`)),
    ...['OPTIONS', 'TRACE', 'CONNECT'].map((method) => request(`${method} * HTTP/1.1`)),
    request('-'),
    request('\\x16\\x03\\x01'),
    request('GET /say\\"so\\" HTTP/1.1'),
  ];
  const { events, read } = await collect(lines.join('\r\n'));
  assert.deepEqual(brief(events), [
    `${at} /a 1`,
    `${at} /b`,
    ...[1, 2, 3, 4].map(() => `${at} /w* 1`),
    `${at} /say\\"so\\" 1`,
  ]);
  assert.deepEqual(countsOf(read), [7, 7, 0, 5, 0]);
});

test('a key pattern sees the query, and what it does not match is counted', async () => {
  const lines = [request('GET /item?id=7 HTTP/1.1'), request('GET /cart HTTP/1.1')];
  const { events, read } = await collect(lines.join('\n'), { keyPattern: '[?&]id=(?<key>\\d+)' });
  assert.deepEqual(brief(events), [`${at} 7 1`]);
  assert.deepEqual(countsOf(read), [1, 1, 0, 1, 1]);
});

test('what is broken is rejected with its reason', async () => {
  const lines = [
    common,
    'words',
    common.replace('10/Oct', '32/Oct'),
    common.replace('GET', 'JUGGLE'),
    common.replace('HTTP/1.0"', 'HTTP/1.0'),
    common.replace(' 200 2326', ''),
    common.replace('2326', 'many'),
  ];
  const { read } = await collect(lines.join('\n'), { format: 'combined' });
  assert.deepEqual(
    read.tally.firstRejects.map(({ reason }) => reason),
    [
      'there is no [time] with a "request" behind it',
      "'32/Oct/2000:13:55:36 -0700' is not a time",
      "'JUGGLE' is not an operation",
      'the request has no closing quote',
      'there is no size behind the status',
    ],
  );
  assert.deepEqual(countsOf(read), [1, 1, 6, 0, 0]);
});

test('any bytes, however cut', () =>
  holdsForAnyBytes(
    [combined, common, '[10/Oct/2000:13:55:36 -0700]', ' "', '"', '\\', '[', ']', 'GET ', '200 5', '?', '-'],
    { format: 'combined' },
  ));
