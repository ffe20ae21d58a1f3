import path from 'node:path';
import { Flags } from '@oclif/core';
import type { HostSpec } from '../core/group/host.ts';
import type { StoreSpec } from '../core/group/store-spec.ts';
import { parseServeAddress, serveAddressText } from '../core/serve/address.ts';
import type { ServeWishes } from '../core/sync/add-replica.ts';
import { textFlag } from './base-command.ts';
import { durationFlag } from './duration-flag.ts';
import { probabilityFlag } from './probability-flag.ts';

const usuallyReadyAt = 0.9;

/** Of a joiner that answers reads while it is built. */
export const serveFlags = {
  serve: textFlag({
    description:
      "Have the joiner's host answer reads over HTTP from the first moment on, at a port of loopback, HOST:PORT, or the path of a socket: GET /v1/rows/KEY, /v1/status, /healthz and /readyz. A row that is not there yet is fetched from the lead. It asks for no password: whoever reaches the address reads the table.",
    helpValue: 'ADDRESS',
  }),
  'serve-log': textFlag({
    description:
      "The access log of --serve, a file at the joiner's host. Default: the store's name with .foresync-reads.jsonl.",
    helpValue: 'FILE',
    dependsOn: ['serve'],
  }),
  'max-staleness': durationFlag({
    description:
      'Have --serve fetch from the lead what may be older than this there, and answer 503 while it cannot.',
    examples: '500ms, 5s or 1m',
    dependsOn: ['serve'],
  }),
  'ready-at': probabilityFlag({
    description:
      'Share of reads that the joiner must answer by itself for /readyz to say so; with all rows it is ready. Default: 0.9.',
    dependsOn: ['serve'],
  }),
  until: Flags.custom<'synced' | 'forever'>({
    description:
      'How long --serve answers: until the replica is in sync, or, as with --follow, until ctrl-C or SIGTERM. It ends with this process in any case.',
    options: ['synced', 'forever'],
    dependsOn: ['serve'],
  })(),
};

interface GivenFlags {
  serve?: string | undefined;
  'serve-log'?: string | undefined;
  'max-staleness'?: number | undefined;
  'ready-at'?: number | undefined;
}

/** Undefined where nothing is to be served. Refuses an address that is none. */
export function serveWishes(
  flags: GivenFlags,
  { host, store }: { host: HostSpec; store: StoreSpec },
): ServeWishes | undefined {
  if (flags.serve === undefined) return undefined;
  const log = flags['serve-log'] ?? `${store.path}.foresync-reads.jsonl`;
  return {
    address: serveAddressText(parseServeAddress(flags.serve)),
    // It is looked for later, from another folder perhaps.
    log: host.kind === 'local' ? path.resolve(log) : log,
    maxStalenessMs: flags['max-staleness'],
    readyAt: flags['ready-at'] ?? usuallyReadyAt,
  };
}
