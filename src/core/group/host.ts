import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';

/** Where a replica lives: this machine, or a destination as ssh(1) takes it (an alias, `user@host`, `ssh://…`). */
export type HostSpec = { kind: 'local' } | { kind: 'ssh'; destination: string };

/** What an ssh destination may consist of, and 'local' does. */
export const hostPattern = /^(?:ssh:\/\/)?[A-Za-z0-9_][A-Za-z0-9_.@:%[\]-]*$/;

/**
 * Reads a host as the operator writes it. Only characters that a host, user or alias can have are allowed, so that it
 * can neither be taken for an option of ssh nor reach a shell.
 */
export function parseHost(text: string): HostSpec {
  if (text === 'local') return { kind: 'local' };
  if (hostPattern.test(text) && text.length <= 255) {
    return { kind: 'ssh', destination: text };
  }
  throw new ForesyncError('usage', 'host-invalid', `'${printable(text)}' is no host.`, {
    hint: "Write 'local', 'host', 'user@host', 'ssh://user@host:port' or an alias of your ssh configuration.",
  });
}

export function hostLabel(host: HostSpec): string {
  return host.kind === 'local' ? 'local' : host.destination;
}
