import type { z } from 'zod';

/**
 * A type as JSON prints it, in a form that can be compared: what may be undefined is left out, and what may be NaN is null, so neither
 * is told apart from the other ways to leave something open.
 */
type Printed<T> = T extends readonly (infer E)[]
  ? Printed<E>[]
  : T extends object
    ? {
        [K in keyof T]-?: undefined extends T[K]
          ? ['perhaps', Printed<Exclude<T[K], undefined>>]
          : Printed<T[K]>;
      }
    : Exclude<T, null>;

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? unknown : never) : never;

/** Declares the JSON of a type of core's: that both have the same fields of the same types is checked by the compiler. */
export function declaredAs<T>(): <S extends z.ZodType>(
  schema: S & Same<Printed<T>, Printed<z.infer<S>>>,
) => S {
  return (schema) => schema;
}
