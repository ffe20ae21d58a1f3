import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import Database from 'better-sqlite3';
import { forecastChoices } from '../../../src/core/state/forecast-choice.ts';
import { migrations } from '../../../src/core/state/migrations.ts';
import { openState } from '../../../src/core/state/open.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-choice-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const settings = { group: 'shop', horizonMs: 3_600_000.5, model: 'auto', seed: 1 };

test('a choice is kept for its settings and budget alone, and replaced', (t) => {
  const state = openState(path.join(folder, 'kept.db'));
  t.after(() => state.close());
  const choices = forecastChoices(state, settings);
  assert.equal(choices.load(-2), undefined);
  choices.save(-2, Buffer.from('first'));
  choices.save(-2, Buffer.from('second'));
  assert.equal(Buffer.from(choices.load(-2) ?? []).toString(), 'second');
  assert.equal(choices.load(-3), undefined);
  for (const other of [{ group: undefined }, { horizonMs: 1 }, { model: 'decay' }, { seed: 2 }])
    assert.equal(forecastChoices(state, { ...settings, ...other }).load(-2), undefined);
});

test('the oldest go where there are many', (t) => {
  const state = openState(path.join(folder, 'many.db'));
  t.after(() => state.close());
  const choices = forecastChoices(state, settings);
  for (let budget = 0; budget < 33; budget++) {
    choices.save(budget, Buffer.of(budget));
    choices.save(0, Buffer.of(0));
  }
  assert.ok(choices.load(0));
  assert.equal(choices.load(1), undefined);
  assert.ok(choices.load(2));
});

test('a state file from before choices were kept gets room for them, and keeps what it has', () => {
  const file = path.join(folder, 'earlier.db');
  const before = migrations.findIndex((step) => step.includes('forecast_choice'));
  const earlier = new Database(file);
  earlier.exec(migrations.slice(0, before).join('\n'));
  earlier.exec("INSERT INTO parameters VALUES ('shop', 'halfLifeMs', 5, 6)");
  earlier.pragma(`application_id = ${0x6673796e}`);
  earlier.pragma(`user_version = ${before}`);
  earlier.close();
  const state = openState(file);
  forecastChoices(state, settings).save(0, Buffer.of(7));
  assert.deepEqual(forecastChoices(state, settings).load(0), Buffer.of(7));
  assert.equal(state.db.prepare('SELECT value FROM group_parameter').pluck().get(), 5);
  state.close();
});
