import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLive } from '../../src/ui/live-terminal.ts';

const terminal = { stdout: { isTTY: true }, stderr: { isTTY: true }, argv: [] };

test('a terminal is drawn on, and the log of a CI system is not', () => {
  assert.ok(isLive({ ...terminal, env: {} }));
  for (const name of ['CI', 'CONTINUOUS_INTEGRATION', 'FORESYNC_PLAIN', 'INK_SCREEN_READER']) {
    for (const value of ['1', 'true', 'yes']) assert.ok(!isLive({ ...terminal, env: { [name]: value } }));
    for (const value of ['', '0', 'false'])
      assert.ok(isLive({ ...terminal, env: { [name]: value } }), `${name}='${value}' says no`);
  }
});

test('what no person sees drawn is not drawn', () => {
  for (const stream of ['stdout', 'stderr']) assert.ok(!isLive({ ...terminal, [stream]: {}, env: {} }));
  assert.ok(!isLive({ ...terminal, env: { TERM: 'dumb' } }));
  assert.ok(!isLive({ ...terminal, argv: ['--plain'], env: {} }));
});
