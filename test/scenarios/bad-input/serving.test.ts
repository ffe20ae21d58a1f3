import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, describe, test } from 'node:test';
import { Shop } from './shop.ts';

describe('a place to serve at that will not do', () => {
  const shop = new Shop();
  after(() => shop.remove());
  const add = ['add-replica', 'j', '--host', 'local', '--store', 'sqlite:joiners/j.db', '--serve'];

  test('a port that another program listens at: refused before anything was copied', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await shop.refuses([...add, String(port)], {
      exitCode: 73,
      code: 'serve-in-use',
      message: new RegExp(`Another program listens at 127\\.0\\.0\\.1:${port}\\.`),
      hint: /another --serve address/,
    });
  });

  test('a path that a file of another kind has', async () => {
    shop.write('plain', 'a letter');
    const taken = { exitCode: 73, code: 'serve-in-use', message: /listens at unix:.*plain/ };
    await shop.refuses([...add, shop.file('plain')], { ...taken, hint: /another --serve address/ });
  });

  test('a folder that is not there, of a socket and of a log', async () => {
    const failed = { exitCode: 64 };
    await shop.refuses([...add, shop.file('none/reads.sock')], {
      ...failed,
      ...{ code: 'serve-failed', message: /there is no such folder/, hint: /./ },
    });
    await shop.refuses([...add, shop.file('reads.sock'), '--serve-log', shop.file('none/reads.jsonl')], {
      ...failed,
      ...{ code: 'serve-log', message: /ENOENT/, hint: /--serve-log/ },
    });
  });

  test('what is no address', async () => {
    for (const address of ['none', '99999', 'unix:here', '8080/', 'a b:80', `/${'x'.repeat(200)}`])
      await shop.refuses([...add, address], {
        exitCode: 64,
        code: 'serve-address',
        message: /is no address to serve at/,
      });
  });
});
