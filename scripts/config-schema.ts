import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { groupShape } from '../src/core/group/config-shape.ts';

/** Where the JSON schema of foresync.yaml lies; the package carries it. */
export const schemaFile = fileURLToPath(new URL('../docs/foresync.schema.json', import.meta.url));

/** The text of that file, made of what foresync.yaml is read by. */
export function configSchemaText(): string {
  // `input`: what may be left out is not required.
  const schema = z.toJSONSchema(groupShape, { io: 'input', target: 'draft-07' });
  const titled = { $schema: schema.$schema, title: 'foresync.yaml: the replicas of one table', ...schema };
  return `${JSON.stringify(titled, null, 2)}\n`;
}

if (import.meta.main) writeFileSync(schemaFile, configSchemaText());
