import { z } from 'zod';

/** The type of each field by its path (`run.phases[].share`); a `?` at the end of a type: the field may be absent. */
export type FieldTypes = Record<string, string>;

/** The same of each documented object, by its name. */
export type FrozenFields = Record<string, FieldTypes>;

/** A field with what is said of it. */
export interface Field {
  path: string;
  /** `number`, `string`, `"a" | "b"`, `object`, `number | null`, `array of number`. */
  type: string;
  optional: boolean;
  text: string;
}

type Node = z.core.JSONSchema._JSONSchema;
type Schema = Exclude<Node, boolean>;

/** The fields of a schema in the order that it declares them, those inside others after them. */
export function listFields(schema: z.ZodType): Field[] {
  return inside(z.toJSONSchema(schema, { reused: 'inline' }), '');
}

export function fieldsOf(documented: Record<string, z.ZodType>): FrozenFields {
  return Object.fromEntries(
    Object.entries(documented).map(([name, schema]) => [
      name,
      Object.fromEntries(
        listFields(schema).map(({ path, type, optional }) => [path, optional ? `${type}?` : type]),
      ),
    ]),
  );
}

/**
 * What a script that relies on the promised fields would stumble over: one that is gone, has another type, may be absent by now, or has
 * lost one of its values. Further values of a field that has several are no breach: scripts must pass over what they do not know.
 */
export function brokenBy(promised: FrozenFields, now: FrozenFields): string[] {
  return Object.entries(promised).flatMap(([name, fields]) =>
    Object.entries(fields).flatMap(([path, type]) => {
      const found = now[name]?.[path];
      if (found === undefined) return [`${name}: ${path} is gone`];
      return isKept(type, found) ? [] : [`${name}: ${path} was ${type} and is ${found}`];
    }),
  );
}

/** The promised fields with those that have come since. */
export function grownBy(promised: FrozenFields, now: FrozenFields): FrozenFields {
  const names = [...new Set([...Object.keys(promised), ...Object.keys(now)])];
  return Object.fromEntries(names.map((name) => [name, { ...promised[name], ...now[name] }]));
}

function isKept(promised: string, now: string): boolean {
  if (promised === now || promised === `${now}?`) return true;
  const [before, after] = [promised, now].map((type) => ({
    values: type.replace(/\?$/, '').split(' | '),
    isOptional: type.endsWith('?'),
  }));
  if (!before || !after || (after.isOptional && !before.isOptional)) return false;
  const areWords = [...before.values, ...after.values].every((value) => value.startsWith('"'));
  return areWords && before.values.every((value) => after.values.includes(value));
}

function inside(node: Schema, path: string): Field[] {
  const fields: Field[] = [];
  for (const variant of variantsOf(node)) {
    if (variant.type === 'array' && isSchema(variant.items))
      fields.push(...inside(variant.items, `${path}[]`));
    const required = new Set(variant.required);
    for (const [name, child] of Object.entries(variant.properties ?? {})) {
      if (!isSchema(child)) continue;
      const at = path === '' ? name : `${path}.${name}`;
      if (fields.some((field) => field.path === at)) continue;
      const everywhere = variantsOf(node).every(({ properties }) => properties?.[name] !== undefined);
      const optional = !required.has(name) || !everywhere;
      fields.push({ path: at, type: typeOf(child), optional, text: child.description ?? '' });
      fields.push(...inside(child, at));
    }
  }
  return fields;
}

/** The objects and arrays that a node may be. */
function variantsOf(node: Schema): Schema[] {
  const variants = (node.anyOf ?? node.oneOf)?.filter(isSchema);
  if (!variants) return [node];
  return variants.flatMap(variantsOf).filter(({ type }) => type === 'object' || type === 'array');
}

function typeOf(node: Schema): string {
  const variants = node.anyOf ?? node.oneOf;
  if (variants) return [...new Set(variants.filter(isSchema).map(typeOf))].join(' | ');
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.type !== 'array') return [node.type ?? 'any'].flat().join(' | ');
  const of = isSchema(node.items) ? typeOf(node.items) : 'any';
  return `array of ${of.includes(' | ') ? `(${of})` : of}`;
}

function isSchema(node: unknown): node is Schema {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}
