import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coloursAllowed } from '../../src/ui/colour.ts';
import { type Role, type Theme, themeFor } from '../../src/ui/theme.ts';

test('the first that says something about colours decides', () => {
  const cases: [argv: string[], env: NodeJS.ProcessEnv, allowed: boolean][] = [
    [[], {}, true],
    [['plan', '--no-color'], { FORCE_COLOR: '1' }, false],
    [['plan', '--', '--no-color'], {}, true],
    [[], { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [[], { NO_COLOR: '', FORCE_COLOR: '1' }, true],
    [[], { TERM: 'dumb' }, false],
    [[], { TERM: 'dumb', FORCE_COLOR: '1' }, true],
    [[], { FORCE_COLOR: '0' }, false],
    [[], { FORCE_COLOR: 'false' }, false],
  ];
  for (const [argv, env, allowed] of cases)
    assert.equal(coloursAllowed(argv, env), allowed, JSON.stringify([argv, env]));
});

const colourOf = (theme: Theme, role: Role) => theme.styles[role].color;

test('on a light ground nothing is yellow or cyan, and on no ground anything that may vanish in it', () => {
  const dark = themeFor([], {});
  assert.deepEqual([colourOf(dark, 'warning'), colourOf(dark, 'active')], ['yellow', 'cyan']);
  for (const env of [{ COLORFGBG: '0;15' }, { COLORFGBG: '0;default;15' }, { FORESYNC_THEME: 'light' }]) {
    const light = themeFor([], env);
    assert.deepEqual([colourOf(light, 'warning'), colourOf(light, 'active')], ['magenta', 'blue']);
  }
  assert.equal(colourOf(themeFor([], { COLORFGBG: '0;15', FORESYNC_THEME: 'dark' }), 'warning'), 'yellow');
  for (const env of [{}, { FORESYNC_THEME: 'light' }])
    for (const { color } of Object.values(themeFor([], env).styles))
      assert.doesNotMatch(color ?? '', /bright|white|black|gr[ae]y/i);
});

test('every state has a sign of its own, so that no colour says it alone', () => {
  for (const theme of [
    themeFor([], { LANG: 'C.UTF-8' }),
    themeFor([], { LANG: 'C' }),
    themeFor(['--plain'], {}),
  ]) {
    const { waiting, running, done, skipped, failed, stopped } = theme.symbols;
    assert.equal(new Set([waiting, running, done, skipped, failed, stopped]).size, 6);
  }
});
