import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';

/** Where reads are answered: a socket file, or a port of the joiner's host. */
export type ServeAddress = { kind: 'unix'; path: string } | { kind: 'tcp'; host: string; port: number };

/** What sockaddr_un holds on every system (unix(7): 108 bytes on Linux, 104 elsewhere), with its end. */
const maxPathBytes = 103;

/**
 * Reads `/path/to/socket` or `unix:/path`, `PORT` (of loopback alone), `HOST:PORT` or `[HOST]:PORT`; port 0 is one that the system chooses. Throws
 * `usage`, `serve-address`.
 */
export function parseServeAddress(text: string): ServeAddress {
  const path = text.startsWith('unix:')
    ? text.slice('unix:'.length)
    : text.startsWith('/')
      ? text
      : undefined;
  if (path !== undefined) {
    if (path.startsWith('/') && !path.includes('\0') && Buffer.byteLength(path) <= maxPathBytes)
      return { kind: 'unix', path };
    throw refusal(text, `A socket's path begins with / and has ${maxPathBytes} bytes at most.`);
  }
  const found = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  if (!found || port > 65_535)
    throw refusal(text, 'Give a port such as 8080, HOST:PORT, or the path of a socket.');
  return { kind: 'tcp', host: found[1] ?? found[2] ?? '127.0.0.1', port };
}

/** As it can be given to `parseServeAddress`, and to curl with `http://` before it. */
export function serveAddressText(address: ServeAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Undefined where only programs of the same host reach it. */
export function opennessWarning(address: ServeAddress): string | undefined {
  if (!isOpenToOthers(address)) return undefined;
  return `Everybody who reaches ${serveAddressText(address)} over the network reads the table: it asks for no password.`;
}

/** Whether others than programs of the same host can reach it. */
export function isOpenToOthers(address: ServeAddress): boolean {
  return address.kind === 'tcp' && !/^(127\.|::1$|localhost$)/.test(address.host);
}

function refusal(text: string, hint: string): ForesyncError {
  return new ForesyncError('usage', 'serve-address', `"${printable(text, 120)}" is no address to serve at.`, {
    hint,
  });
}
