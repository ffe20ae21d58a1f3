import type { AttemptEnd } from './attempt.ts';
import type { CommonCase, Fault } from './case.ts';

/** Files of a run beside its databases. */
export interface RunPlace {
  folder: string;
  /** Where foresync's programs and Prefetch Caches are on the hosts. */
  cache: string;
  plan: string;
}

/** The databases of a case, the application that writes to the lead, and who judges them: all that the kind of store decides. */
export interface Ground {
  readonly case: CommonCase;
  readonly place: RunPlace;
  /** The case's table, in a few words. */
  readonly what: string;
  /** The joiner's, as the command is given it. */
  readonly joinerStore: string;
  /** More words of add-replica. */
  readonly options: readonly string[];
  /** Commands that are run before it; one that fails is run once more, and then is left. */
  readonly before: readonly (readonly string[])[];
  /** Starts the writer; resolves after its first write. */
  begin(): Promise<void>;
  /** Folder of the place that a fault's disk is, where one can be had. */
  diskFolder(where: (Fault & { kind: 'disk-full' })['where']): string | undefined;
  /** Has a fault happen that a line is waited for with. */
  strike(fault: Fault): Promise<void>;
  /** Makes good what a fault must not outlast its attempt by. */
  attemptOver(): Promise<void>;
  /** Why a run that ended so is over, where a fault gave it the reason to refuse. */
  refusal(end: AttemptEnd): string | undefined;
  /** Whether what the command said with its exit code is what one of the faults explains. */
  explains(end: AttemptEnd): boolean;
  /** Stops the writer and compares. Rejects where the joiner is not equal; after a refusal, where something of it is there. */
  judge(refused: boolean): Promise<{ rows: number; writes: number }>;
  /** Rejects where something of foresync's is left. */
  assertNoTraces(): Promise<void>;
  /** Takes the databases away. */
  end(): Promise<void>;
}
