/**
 * One column of a row's key: a text or a number, `{"int": "…"}` for an integer past 2^53, `{"base64": "…"}` for a blob.
 */
export type RowKeyPart = string | number | { int: string } | { base64: string };

/** A row's key as plans have it; an array of parts, one a column, for a composite key. */
export type RowKey = RowKeyPart | RowKeyPart[];
