import { hostLabel } from '../group/host.ts';
import { storeText } from '../group/store-spec.ts';
import { printable } from '../text.ts';
import type { Spawn } from '../transport/agent-process.ts';
import { runShellLine, type ShellEnd } from '../transport/shell-line.ts';
import type { Emit, HookName, RunFact } from './events.ts';
import type { JoinerSpec } from './refusals.ts';
import type { RunOptions } from './run.ts';
import type { RunSnapshot } from './snapshot.ts';

/** What the operator wants to be run, and how. */
export interface HookOptions {
  /** Lines for `sh -c`. */
  lines: Partial<Record<HookName, string>>;
  /** The run whose joiner this one may go on with. */
  earlier: Pick<RunSnapshot, 'hooks' | 'hotReadyAtMs' | 'byKind'> | undefined;
  /** What the commands see beside what they are told. */
  env: NodeJS.ProcessEnv;
  spawn: Spawn;
}

const maxOutputLines = 50;

/**
 * Runs the operator's commands when their moments come, beside the run. Each is run once, whatever is connected anew or gone on
 * with; one that was ended with its run before it had come to its own end is run again: at least once.
 */
export class Hooks {
  readonly #options: Pick<RunOptions, 'runId' | 'group' | 'signal'> & { joiner: JoinerSpec };
  readonly #hooks: HookOptions | undefined;
  readonly #emit: Emit;
  readonly #stopping = new AbortController();
  readonly #started = new Map<HookName, Promise<void>>();
  #plannedKeys = 0;
  #hotRows = 0;

  constructor(
    options: Pick<RunOptions, 'runId' | 'group' | 'signal'> & {
      joiner: JoinerSpec;
      hooks: HookOptions | undefined;
    },
    emit: Emit,
  ) {
    this.#options = options;
    this.#hooks = options.hooks;
    this.#emit = emit;
  }

  /** Hears of all that happens in the run, after everybody else. */
  watch(fact: RunFact): void {
    if (fact.type === 'resumed') this.goOn();
    if (fact.type === 'plan') {
      this.#plannedKeys = fact.keys;
      this.#hotRows = 0;
    }
    if (fact.type === 'rows' && fact.kind === 'hot') this.#hotRows += fact.rows;
    if (fact.type === 'hot-ready') this.#hotReady();
    if (fact.type === 'in-sync')
      this.#start('synced', { FORESYNC_ROWS: fact.rows, FORESYNC_WATERMARK: fact.watermark });
  }

  /** Takes over from the earlier run: what had come to its end there is not run again. May be repeated. */
  goOn(): void {
    const { earlier } = this.#hooks ?? {};
    for (const told of earlier?.hooks ?? []) {
      if (this.#started.has(told.hook) || (told.state !== 'done' && told.state !== 'failed')) continue;
      this.#started.set(told.hook, Promise.resolve());
      this.#emit({ type: 'hook', ...told });
    }
    if (earlier?.hotReadyAtMs !== undefined)
      this.#start('hot-ready', { FORESYNC_ROWS: earlier.byKind.hot.rows });
  }

  /** Resolves when all that were started have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#started.values());
  }

  /** Ends those that run. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#started.values());
  }

  /** Of a plan without keys it says nothing that all of its rows are there. */
  #hotReady(): void {
    if (this.#plannedKeys > 0) this.#start('hot-ready', { FORESYNC_ROWS: this.#hotRows });
    else if (this.#hooks?.lines['hot-ready'] !== undefined)
      this.#note('warning', 'The plan holds no keys: --on-hot-ready is not run.');
  }

  #start(hook: HookName, told: Record<string, number>): void {
    const line = this.#hooks?.lines[hook];
    if (line === undefined || this.#started.has(hook)) return;
    const running = this.#run(hook, line, told);
    // `ended` tells; until then nobody may be listening.
    running.catch(() => undefined);
    this.#started.set(hook, running);
  }

  async #run(hook: HookName, line: string, told: Record<string, number>): Promise<void> {
    if (!this.#hooks) return;
    const { spawn, env } = this.#hooks;
    const signal = AbortSignal.any([this.#options.signal, this.#stopping.signal]);
    let lines = 0;
    const onLine = (text: string) => {
      if (++lines <= maxOutputLines) this.#note('info', `on-${hook}: ${printable(text)}`);
      if (lines === maxOutputLines + 1) this.#note('info', `on-${hook}: what else it says is not shown.`);
    };
    this.#emit({ type: 'hook', hook, state: 'running' });
    const end = await runShellLine(line, {
      env: { ...env, ...this.#environment(hook, told) },
      spawn,
      signal,
      onLine,
    });
    const { exitCode } = end;
    const state = signal.aborted ? 'stopped' : exitCode === 0 ? 'done' : 'failed';
    this.#emit({ type: 'hook', hook, state, ...(exitCode === undefined ? {} : { exitCode }) });
    if (state !== 'done') this.#note('warning', `--on-${hook} ${endWords(end, signal.aborted)}.`);
  }

  /** All that the commands are told: nothing is ever put into the line itself. */
  #environment(hook: HookName, told: Record<string, number>): Record<string, string> {
    const { runId, group, joiner } = this.#options;
    const facts: Record<string, string | number> = {
      FORESYNC_EVENT: hook,
      FORESYNC_RUN_ID: runId,
      FORESYNC_GROUP: group.name,
      FORESYNC_TABLE: group.table,
      FORESYNC_LEAD: group.lead.name,
      FORESYNC_JOINER: joiner.name,
      FORESYNC_JOINER_HOST: hostLabel(joiner.host),
      FORESYNC_STORE: storeText(joiner.store),
      ...told,
    };
    // A variable ends at a NUL, and the system refuses one that has any.
    return Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [name, String(value).replaceAll('\0', '')]),
    );
  }

  #note(level: 'info' | 'warning', text: string): void {
    this.#emit({ type: 'note', level, text });
  }
}

function endWords({ exitCode, signal, error }: ShellEnd, wasStopped: boolean): string {
  if (wasStopped) return 'was ended with the run';
  if (exitCode !== undefined) return `failed with exit code ${exitCode}`;
  return signal === undefined
    ? `could not be started: ${printable(error ?? 'no reason was given')}`
    : `was ended by ${signal}`;
}
