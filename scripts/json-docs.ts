import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorJson, progressLines } from '../src/cli/json/progress.ts';
import { results } from '../src/cli/json/results.ts';
import { brokenBy, type FrozenFields, fieldsOf, grownBy } from './json-fields.ts';
import { jsonPage } from './json-page.ts';

/** All that is documented of the JSON, by the heading that it has in docs/JSON.md. */
export const documented = {
  ...Object.fromEntries(Object.entries(results).map(([name, schema]) => [`foresync ${name}`, schema])),
  error: errorJson,
  ...Object.fromEntries(Object.entries(progressLines).map(([type, schema]) => [`progress ${type}`, schema])),
};

const page = fileURLToPath(new URL('../docs/JSON.md', import.meta.url));
const frozen = fileURLToPath(new URL('../docs/json-fields.json', import.meta.url));

/** The fields that were promised so far. */
export function frozenFields(): FrozenFields {
  return JSON.parse(readFileSync(frozen, 'utf8'));
}

/** Writes docs/JSON.md, and adds new fields to those that are promised. Refuses where one of them is gone. */
function writeDocs(): void {
  const now = fieldsOf(documented);
  const broken = brokenBy(frozenFields(), now);
  if (broken.length > 0) throw new Error(`These fields are promised to scripts:\n  ${broken.join('\n  ')}`);
  writeFileSync(frozen, `${JSON.stringify(grownBy(frozenFields(), now), null, 2)}\n`);
  writeFileSync(page, jsonPage(documented));
}

if (import.meta.main) writeDocs();
