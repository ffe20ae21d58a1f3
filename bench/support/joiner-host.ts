import path from 'node:path';
import { startSshd, type TestSshd } from '../../test/support/sshd.ts';

/** A host behind a real sshd on loopback. With `hasNode` it has the Node of this process itself, so that none is brought. */
export function startJoinerHost({ hasNode }: { hasNode: boolean }): Promise<TestSshd> {
  const folders = [path.dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'];
  return startSshd(hasNode ? { env: { PATH: folders.join(':') } } : {});
}
