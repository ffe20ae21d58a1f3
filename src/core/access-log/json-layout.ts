import { type ColumnChoice, columnsOfNames } from './columns.ts';
import { type JsonLayout, unknownLayout } from './layout.ts';
import { plausible } from './plausible.ts';

const jsonHint = 'Say what its fields are, such as --columns time=ts,key=sku.';

/** The fields of JSON Lines by what the operator says, else by their names. */
export function jsonLayout(lines: string[], choice: ColumnChoice | undefined): JsonLayout {
  const objects = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as Record<string, unknown>];
    } catch {
      return []; // A broken line says nothing about the layout; the parser counts it.
    }
  });
  if (choice?.by === 'name' && choice.names.time !== undefined && choice.names.key !== undefined) {
    return {
      format: 'jsonl',
      names: { ...choice.names, time: choice.names.time, key: choice.names.key },
    };
  }
  const fields = new Set(objects.flatMap((object) => Object.keys(object ?? {}).slice(0, 1000)));
  const values = (name: string) =>
    objects.filter((object) => Object.hasOwn(Object(object), name)).map((object) => String(object[name]));
  const { time, key, ...others } = columnsOfNames([...fields], (role, name) => plausible(role, values(name)));
  if (time === undefined) throw unknownLayout('has no field of times in its first objects', jsonHint);
  if (key === undefined)
    throw unknownLayout('has no field that could be the key in its first objects', jsonHint);
  return { format: 'jsonl', names: { time, key, ...others } };
}
