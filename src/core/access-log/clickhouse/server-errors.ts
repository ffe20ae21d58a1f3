import { type ErrorKind, ForesyncError, messageOf, systemCodeOf } from '../../errors.ts';
import { printable } from '../../text.ts';

interface Known {
  kind: ErrorKind;
  code: string;
  hint: string;
}

const login: Known = {
  kind: 'permission',
  code: 'clickhouse-login',
  hint: 'Check the user in the URL, and the password in the environment variable CLICKHOUSE_PASSWORD.',
};
const grants: Known = {
  kind: 'permission',
  code: 'clickhouse-grants',
  hint: 'The user must be allowed to SELECT from the table.',
};
const table: Known = {
  kind: 'data',
  code: 'clickhouse-table',
  hint: 'Check the database and the table in the URL: clickhouse://user@host:8123/database/table.',
};
const column: Known = {
  kind: 'data',
  code: 'clickhouse-column',
  hint: 'Name the columns in the URL: ?time=ts&key=k&operation=op&size=bytes.',
};
const limits: Known = {
  kind: 'unreachable',
  code: 'clickhouse-limit',
  hint: "Nothing was stored. Raise the user's limits there, or analyze when the server is less busy.",
};
const pattern: Known = {
  kind: 'usage',
  code: 'pattern-invalid',
  hint: "The pattern is matched by ClickHouse's RE2, which knows no lookaround and no backreferences.",
};
const tooOld: Known = {
  kind: 'data',
  code: 'clickhouse-old',
  hint: 'foresync needs ClickHouse 18.16 or newer.',
};

/** By ClickHouse's ErrorCodes.cpp. */
const known: Record<number, Known> = {
  192: login,
  193: login,
  194: login,
  516: login,
  164: grants,
  291: grants,
  497: grants,
  60: table,
  81: table,
  16: column,
  47: column,
  427: pattern,
  46: tooOld,
  115: tooOld,
  158: limits,
  159: limits,
  160: limits,
  202: limits,
  209: limits,
  241: limits,
  243: limits,
  307: limits,
  396: limits,
};

/** What ClickHouse's text of an error means, in the form of 18.16 or of later ones. */
export function serverError(text: string, cause?: unknown): ForesyncError {
  const [, code] = /Code: (\d+)/.exec(text) ?? [];
  const [, message = text] = /Exception: (.+?)(?:, e\.what\(\) = .*)?$/s.exec(text) ?? [];
  const {
    kind,
    code: name,
    hint,
  } = known[Number(code)] ?? { kind: 'data', code: 'clickhouse-refused', hint: undefined };
  return new ForesyncError(
    kind,
    name,
    `ClickHouse says${code === undefined ? '' : ` (${code})`}: ${printable(message.trim(), 300)}`,
    { ...(hint === undefined ? {} : { hint }), ...(cause === undefined ? {} : { cause }) },
  );
}

/** What became of a request: the server's own error, else that the server at `address` was not reached. */
export function requestError(error: unknown, address: string): unknown {
  if (error instanceof ForesyncError) return error;
  const message = messageOf(error);
  const number = systemCodeOf(error);
  // Where the client knows the form of an error it gives the number apart from the text.
  if (number !== undefined && /^\d+$/.test(number))
    return serverError(`Code: ${number}. Exception: ${message}`, error);
  if (/^(Code|Error): \d+/.test(message)) return serverError(message, error);
  if (number === undefined && !/timeout|socket|aborted/i.test(message))
    return new ForesyncError(
      'protocol',
      'clickhouse-answer',
      `What answers at ${address} is not ClickHouse: ${printable(message, 120)}`,
      {
        hint: 'The port is that of its HTTP interface, 8123 as a rule, or 8443 with secure=1.',
        cause: error,
      },
    );
  return new ForesyncError(
    'unreachable',
    'clickhouse-unreachable',
    `ClickHouse at ${address} cannot be reached: ${printable(message)}`,
    {
      hint: 'Check the host, the port of its HTTP interface (8123 as a rule) and secure=1 for https. Nothing was stored.',
      cause: error,
    },
  );
}
