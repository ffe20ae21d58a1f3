import type { RandomTable } from '../../support/random-tables.ts';

/** A process of a run: the command itself, or the agent (or the ssh that leads to it) of a replica. */
export type Who = 'operator' | 'lead' | 'west' | 'joiner';

/** A place in what goes to or comes from an agent, after its handshake: so many whole frames, then so many bytes. */
export interface StreamPlace {
  direction: 'to' | 'from';
  frames: number;
  bytes: number;
}

/** What goes wrong. Moments are counted in a process's own progress, never in time. */
export type Fault =
  | { kind: 'none' }
  /** Killed before its statement or change of a file number `step`, as SQLite and the file system see them. */
  | { kind: 'killed'; who: Who; step: number }
  /** The command is killed when it has said so many lines. */
  | { kind: 'killed-at-line'; line: number }
  | { kind: 'ssh-killed'; who: Exclude<Who, 'operator'>; place: StreamPlace }
  | { kind: 'stream-cut'; who: Exclude<Who, 'operator'>; place: StreamPlace }
  | { kind: 'stream-flipped'; who: Exclude<Who, 'operator'>; place: StreamPlace; bit: number }
  /** Nothing passes any more, upon which the operator presses ctrl-C. */
  | { kind: 'stream-stalled'; who: Exclude<Who, 'operator'>; place: StreamPlace }
  /** From that step on the process's clock is so far off. */
  | { kind: 'clock-jumped'; who: Who; step: number; byMs: number }
  /** The place has so many bytes more than what lies there when the attempt begins. */
  | { kind: 'disk-full'; where: 'joiner' | 'donor' | 'cache'; freeBytes: number }
  /** Another connection holds the lead's file until the attempt is over. */
  | { kind: 'donor-locked'; line: number }
  | { kind: 'donor-restarted'; line: number }
  | { kind: 'donor-changed'; line: number; change: DonorChange }
  /** SIGKILL of the server's first process, or of one that serves the run; it is started again. */
  | { kind: 'server-killed'; at: ServerAt; line: number; process: 'postmaster' | 'backend' }
  /** An administrator ends the connections of the run. */
  | { kind: 'connections-ended'; at: ServerAt; line: number; which: 'all' | 'walsender' }
  /** SIGSTOP for some seconds: longer than the command waits for an agent. */
  | { kind: 'process-stopped'; at: ServerAt; line: number; process: 'agent' | 'backend' };

/** Where a PostgreSQL server runs. */
export type ServerAt = 'lead' | 'joiner';

export type DonorChange =
  | 'column-added'
  | 'column-dropped'
  | 'column-retyped'
  | 'column-renamed'
  | 'index-added'
  | 'dropped'
  | 'recreated'
  | 'vacuumed'
  | 'checkpointed'
  | 'emptied'
  | 'slot-dropped'
  | 'publication-dropped';

export type PlanKind = 'none' | 'empty' | 'good' | 'wrong' | 'hostile';

/** What every run is made of, its faults included; everything follows from its seed. */
export interface CommonCase {
  seed: number;
  plan: PlanKind;
  pauseMs: number;
  /** Writes once before the run, and then only what the faults have it write. */
  isQuiet: boolean;
  /** No host has foresync's programs yet. */
  isFreshHost: boolean;
  /** The fault of each attempt; those after it have none. */
  faults: Fault[];
}

/** A whole run between SQLite files. */
export interface Case extends CommonCase {
  table: RandomTable;
  /** Rows that it holds at first, beside those that the first writes bring, and the size of each. */
  rows: number;
  rowBytes: number;
  /** One row of this size, where it is not 0. */
  largeRowBytes: number;
  /** Rows refer to a table of parents, whose changes cascade. */
  isChild: boolean;
  /** Before the run. */
  firstWrites: string[];
  /** Over and over while it runs. */
  writes: string[];
  writerConnections: number;
  prefetch: 'none' | 'file' | 'memory';
  /** A second donor, which lags behind. */
  hasWest: boolean;
  /** The joiner's file holds another table already. */
  joinerExists: boolean;
}

/** What became of a case. */
export interface Outcome {
  seed: number;
  table: string;
  plan: string;
  faults: string[];
  /** Whether each fault came to happen before its attempt was over. */
  fired: boolean[];
  attempts: string[];
  outcome: 'equal' | 'refused' | 'FAILED';
  /** Why it was refused, or what failed. */
  reason: string | undefined;
  rows: number;
  writes: number;
  ms: number;
}

/** A fault in a few words: the row of the table that it is counted in. */
export function faultClass(fault: Fault): string {
  switch (fault.kind) {
    case 'none':
      return 'no fault';
    case 'killed':
      return fault.who === 'operator'
        ? 'command killed at a step of its journal'
        : `agent of the ${hostOf(fault.who)} killed at a statement`;
    case 'killed-at-line':
      return 'command killed between two steps of the run';
    case 'ssh-killed':
      return `ssh to the ${hostOf(fault.who)} killed`;
    case 'stream-cut':
      return `stream ${fault.place.direction} the ${hostOf(fault.who)} cut`;
    case 'stream-flipped':
      return `bit flipped in the stream ${fault.place.direction} the ${hostOf(fault.who)}`;
    case 'stream-stalled':
      return `stream ${fault.place.direction} the ${hostOf(fault.who)} stalled, then ctrl-C`;
    case 'clock-jumped':
      return `clock of the ${fault.who === 'operator' ? 'command' : hostOf(fault.who)} jumped`;
    case 'disk-full':
      return `disk full at the ${fault.where}`;
    case 'donor-locked':
      return "donor's file locked";
    case 'donor-restarted':
      return 'donor restarted: writer and agent killed';
    case 'donor-changed':
      return changeClass(fault.change);
    case 'server-killed':
      return `server of the ${hostOf(fault.at)}: ${fault.process} killed`;
    case 'connections-ended':
      return fault.which === 'walsender'
        ? 'walsender ended'
        : `connections ended at the server of the ${hostOf(fault.at)}`;
    case 'process-stopped':
      return `${fault.process} of the ${hostOf(fault.at)} stopped for some seconds`;
  }
}

function changeClass(change: DonorChange): string {
  if (change === 'slot-dropped') return "run's slot dropped";
  if (change === 'publication-dropped') return "run's publication dropped";
  return `donor's table ${change}`.replace('-', ': ');
}

function hostOf(who: Exclude<Who, 'operator'>): string {
  return { lead: 'lead donor', west: 'other donor', joiner: 'joiner' }[who];
}
