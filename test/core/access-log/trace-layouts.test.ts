import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, collect, countsOf, holdsForAnyBytes } from './collect.ts';

/** github.com/twitter/cache-trace, "Trace Format". */
const twemcache =
  '0,nz:u:eeW511W3dcH3de3d15ec,27,40,3,get,0\n1,"q,30,100,4,set,86400\n604799,q,30,0,4,incr,0\n';

test('Twemcache traces are read, by detection and by name, with seconds from 1970 on', async () => {
  const log = twemcache.replace('"q', 'q');
  for (const options of [{}, { format: 'twemcache' as const }]) {
    const { events, read } = await collect(log, options);
    assert.equal(read.layout?.format, 'twemcache');
    assert.deepEqual(brief(events), ['0 nz:u:eeW511W3dcH3de3d15ec 40', '1000 q* 100', '604799000 q* 0']);
  }
});

test('a quote in a Twemcache key is part of it', async () => {
  const { events } = await collect(twemcache, { format: 'twemcache' });
  assert.equal(events[1]?.key, '"q');
});

test("libCacheSim's sample is read with SCSI's operations, and other columns where they are said", async () => {
  const sample =
    'version,time,op,size,lbn\n1,33898,2a,512,42932745\n1,33899,28,6656,40409911\n1,33900,zz,1,1\n';
  for (const options of [{}, { format: 'libcachesim' as const }]) {
    const { events, read } = await collect(sample, options);
    assert.equal(read.layout?.format, 'libcachesim');
    assert.deepEqual(brief(events), ['33898000 42932745* 512', '33899000 40409911 6656']);
    assert.deepEqual(countsOf(read), [2, 2, 1, 1, 0]);
  }
  const { events } = await collect('7,a,3\n8,b,4\n', { format: 'libcachesim', columns: 'time,key,size' });
  assert.deepEqual(brief(events), ['7000 a 3', '8000 b 4']);
});

test('any bytes, however cut', async () => {
  await holdsForAnyBytes(['0,k,27,40,3,get,0', ',', 'get', '1', '"', '#'], { format: 'twemcache' });
  await holdsForAnyBytes(['1,33898,2a,512,4', ',', '28', '1', '"', '#'], { format: 'libcachesim' });
});
