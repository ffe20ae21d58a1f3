import { systemClock } from '../core/clock.ts';
import { ForesyncError } from '../core/errors.ts';
import type { StateFile } from '../core/state/open.ts';
import { type AddReplicaRequest, joinerStoreOf, type RunRequest } from '../core/sync/run-request.ts';
import type { RunStanding } from '../core/sync/run-standing.ts';
import { printable, shortId } from '../core/text.ts';
import { nameOf, standingWords } from '../ui/status-words.ts';
import { readStanding, readStandings } from './run-standings.ts';

/** A run that was chosen, with what it was asked for. */
export interface ChosenRun {
  standing: RunStanding;
  request: RunRequest;
}

/** There is nothing to be given up: why, in a sentence, and of which run where one was named. */
export interface NothingLeft {
  nothingLeft: string;
  standing?: RunStanding;
}

/**
 * The run to go on with: the one that is named, or the newest that can be. Refuses one that lives (`run-lives`), and what has
 * nothing left (`nothing-to-resume`).
 */
export function chooseToResume(
  state: StateFile,
  id: string | undefined,
): { standing: RunStanding; request: AddReplicaRequest } {
  const standings = readStandings(state);
  const chosen =
    id === undefined
      ? (standings.find(({ canResume }) => canResume) ??
        standings.find(({ standing, command }) => standing === 'running' && command === 'add-replica'))
      : readStanding(state, id);
  if (!chosen)
    throw usage(
      'nothing-to-resume',
      'No add-replica was left unfinished.',
      "'foresync status' lists the runs.",
    );
  const living = chosen.standing === 'running' ? chosen : livingFor(chosen, standings);
  if (living) throw lives(living);
  if (!chosen.canResume) throw cannotResume(chosen);
  const { request } = chosen;
  if (request?.command !== 'add-replica') throw withoutRequest(chosen);
  return { standing: chosen, request };
}

/**
 * The run to give up: the one that is named, or the only one that lives or has left something. Of several `askWhich` chooses; without it they
 * are refused (`several-runs`). With `onlyDead` one that lives is refused (`run-lives`). What was aborted before may be chosen again.
 */
export async function chooseToAbort(
  state: StateFile,
  id: string | undefined,
  {
    command,
    onlyDead,
    askWhich,
  }: {
    /** Whom the refusal of several names. */
    command: string;
    onlyDead: boolean;
    askWhich: ((runs: readonly RunStanding[]) => Promise<RunStanding>) | undefined;
  },
): Promise<ChosenRun | NothingLeft> {
  const standings = readStandings(state);
  const abortable = standings.filter(({ canAbort }) => canAbort);
  const candidates = abortable.filter(({ standing }) => !(onlyDead && standing === 'running'));
  const [first = abortable[0], second] = candidates;
  if (id === undefined && second && !askWhich) throw severalRuns(candidates, command);
  const chosen =
    id !== undefined ? readStanding(state, id) : second && askWhich ? await askWhich(candidates) : first;
  if (!chosen) return { nothingLeft: 'No run lives or was left unfinished: there is nothing to take away.' };
  const living = onlyDead && chosen.standing === 'running' ? chosen : livingFor(chosen, standings);
  if (living) throw lives(living);
  if (chosen.isHeld) throw waits(chosen);
  if (!chosen.canAbort && (chosen.standing !== 'aborted' || chosen.continuedBy !== undefined))
    return { nothingLeft: `${whyOver(chosen)}: there is nothing to take away.`, standing: chosen };
  const { request } = chosen;
  if (!request) throw withoutRequest(chosen);
  return { standing: chosen, request };
}

const mostListed = 10;

/** Refuses to guess which of several runs is meant. `command` is the one that is to be given a run. */
export function severalRuns(runs: readonly RunStanding[], command: string): ForesyncError {
  const listed = runs.slice(0, mostListed).map(choiceWords).join('; ');
  const more = runs.length > mostListed ? `; and ${runs.length - mostListed} more` : '';
  const example = `foresync ${command} ${shortId(runs[0]?.id ?? '')}`;
  return usage(
    'several-runs',
    `There are ${runs.length} runs to choose from: ${listed}${more}.`,
    `Name one of them, as in '${example}'.`,
  );
}

/** `3f9a1c2b add-replica eu-west, stopped 2 min 03 s ago` */
export function choiceWords(run: RunStanding): string {
  const words = standingWords(run, { nowMs: systemClock.nowMs(), stateOption: '' });
  return `${shortId(run.id)} ${nameOf(run, 60)}, ${words}`;
}

/** Refuses a second run for a joiner that one of this journal is building or following. */
export function refuseBesideLiving(state: StateFile, group: string, joiner: string): void {
  const living = readStandings(state).find(
    (one) => one.standing === 'running' && one.group === group && one.joiner === joiner,
  );
  if (living) throw lives(living);
}

/** Another run that builds the same joiner, with the same Delta Log. */
function livingFor(chosen: RunStanding, standings: readonly RunStanding[]): RunStanding | undefined {
  return standings.find(
    (one) =>
      one.id !== chosen.id &&
      one.standing === 'running' &&
      one.command === chosen.command &&
      one.group === chosen.group &&
      one.joiner === chosen.joiner &&
      joinerStoreOf(one.request) === joinerStoreOf(chosen.request),
  );
}

function withoutRequest({ id }: RunStanding): ForesyncError {
  return new ForesyncError(
    'data',
    'run-without-request',
    `What run '${printable(id)}' was asked for was not kept: another version of foresync ran it.`,
    {
      hint: "The same command as then goes on. To give up: 'foresync prefetch --release', and remove the file that ends in .foresync-joining.",
    },
  );
}

/** Refuses to take away what a run of this group works with just now. */
export function refuseWhileRunning(state: StateFile, group: string): void {
  const running = readStandings(state).find((one) => one.group === group && one.standing === 'running');
  if (running) throw lives(running);
}

function lives({ id, process, command, joiner, run }: RunStanding): ForesyncError {
  const what = joiner === undefined ? command : `${command} ${printable(joiner, 60)}`;
  const where = process ? ` (process ${process.pid} at ${printable(process.host, 60)})` : '';
  const short = shortId(id);
  return new ForesyncError('exists', 'run-lives', `Run ${short}, ${what}, still runs${where}.`, {
    hint:
      run?.pausedSinceMs === undefined
        ? `'foresync status ${short} --watch' shows it; 'foresync abort ${short}' ends it.`
        : `It is paused: 'foresync throttle resume ${short}' lets it go on.`,
  });
}

function cannotResume(chosen: RunStanding): ForesyncError {
  const { id, isHeld, command } = chosen;
  if (isHeld) return waits(chosen);
  const code = 'nothing-to-resume';
  if (command === 'prefetch')
    return usage(
      code,
      `Run ${shortId(id)} is a prefetch, which begins anew.`,
      "Run 'foresync prefetch' again.",
    );
  return usage(
    code,
    `${whyOver(chosen)}: there is nothing to be gone on with.`,
    "'foresync status' lists the runs.",
  );
}

function waits({ id }: RunStanding): ForesyncError {
  return usage(
    'run-waits',
    `Run ${shortId(id)} is a prefetch that waits for an add-replica.`,
    "'foresync prefetch --release' takes it away.",
  );
}

/** `Run 3f9a1c2b is done` */
function whyOver({ id, continuedBy, standing }: RunStanding): string {
  const why = continuedBy
    ? `was gone on with by ${shortId(continuedBy)}`
    : standing === 'failed' || standing === 'stopped'
      ? `has ${standing} before anything had begun`
      : `is ${standing}`;
  return `Run ${shortId(id)} ${why}`;
}

function usage(code: string, message: string, hint: string): ForesyncError {
  return new ForesyncError('usage', code, message, { hint });
}
