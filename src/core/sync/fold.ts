import { emptySnapshot } from './empty-snapshot.ts';
import { PhaseEta } from './eta.ts';
import type { PhaseName, RowKind, RunEvent } from './events.ts';
import { LogGrowth } from './log-growth.ts';
import { movePhase } from './phase-course.ts';
import { Rates } from './rates.ts';
import { ReadFigures } from './read-figures.ts';
import type { DonorSnapshot, RowCount, RunSnapshot } from './snapshot.ts';
import { WriteTimes } from './write-times.ts';

const keptNotes = 50;
const planPhases: Partial<Record<RowKind, PhaseName>> = { cache: 'cache', hot: 'hot' };

/**
 * Folds the events of one run, in their order, into its snapshot. The same events give the same snapshot; no clock is
 * read. A `start` begins anew.
 */
export class RunFold {
  private state = emptySnapshot();
  private rates = new Rates(0);
  private etas = new Map<PhaseName, PhaseEta>();
  private logGrowth = new LogGrowth();
  private reads = new ReadFigures();
  private writeTimes = new Map<string, WriteTimes>();
  private current: PhaseName | undefined;
  private goesOn = false;

  apply(event: RunEvent): void {
    if (event.type === 'start') this.start(event);
    this.state.atMs = Math.max(this.state.atMs, event.atMs);
    this.take(event);
  }

  /** The run at its last event. */
  get snapshot(): RunSnapshot {
    return this.at(this.state.atMs);
  }

  /** The run as it stands at `nowMs`: a link that is silent since the last event shows in the rates and the ETA. */
  at(nowMs: number): RunSnapshot {
    const atMs = this.state.outcome === 'running' ? Math.max(nowMs, this.state.atMs) : this.state.atMs;
    const rate = this.rates.perSecond(atMs);
    const { follow, pausedSinceMs, outcome } = this.state;
    const isMoving = outcome === 'running' && pausedSinceMs === undefined;
    const eta = isMoving && this.current ? this.etas.get(this.current)?.at(atMs) : undefined;
    return {
      ...structuredClone(this.state),
      atMs,
      follow: follow && { ...follow, lagMs: atMs - follow.levelAtMs },
      rowsPerSecond: rate.rows,
      wireBytesPerSecond: rate.wireBytes,
      rateHistory: this.rates.history(atMs),
      etaMs: eta?.remainingMs,
      etaRange: eta?.range,
    };
  }

  private start(event: Extract<RunEvent, { type: 'start' }>): void {
    const { runId, command, group, table, lead, joiner } = event;
    const phases = event.phases.map((name) => ({ name, state: 'waiting' as const }));
    this.state = { ...emptySnapshot(), runId, command, group, table, lead, joiner, phases };
    this.state.startedAtMs = event.atMs;
    this.rates = new Rates(event.atMs);
    this.etas = new Map();
    this.logGrowth = new LogGrowth();
    this.reads = new ReadFigures();
    this.writeTimes = new Map();
    this.current = undefined;
    this.goesOn = false;
  }

  private take(event: RunEvent): void {
    const { state } = this;
    switch (event.type) {
      case 'start':
        return;
      case 'plan': {
        const { type: _, atMs: __, ...plan } = event;
        // Each try deals the plan anew, also one that finds its rows there.
        const { arrivedKeys = 0, missingKeys = 0, arrivedReads = 0 } = state.plan ?? {};
        state.plan = { ...plan, arrivedKeys, missingKeys, arrivedReads };
        return;
      }
      case 'table':
        state.tableEstimate = { rows: event.rowsEstimate, sizeBytes: event.sizeBytes };
        return;
      case 'phase':
        return this.phase(event);
      case 'resumed':
        this.goesOn = true;
        // What is there once rows have come may be of this run's own.
        state.resumed ||= Object.values(state.byKind).every(({ rows }) => rows === 0);
        return;
      case 'lost':
        return this.lost(event.atMs);
      case 'donor': {
        const donor = this.donor(event.donor);
        donor.host = event.host ?? donor.host;
        donor.state = event.state;
        return;
      }
      case 'rows':
        return this.rows(event);
      case 'progress':
        return this.progress(event.phase, event.share, event.atMs);
      case 'backlog':
        state.backlog = { keys: event.keys, round: event.round };
        return;
      case 'followed':
        return this.followed(event);
      case 'limit':
        return this.limit(event);
      case 'pause':
        return this.pause(event.isPaused, event.atMs);
      case 'latency':
        return this.latency(event);
      case 'cost': {
        const { cpuMs, peakBytes } = event;
        Object.assign(this.donor(event.donor), { cpuMs, peakBytes });
        return;
      }
      case 'clock':
        state.joinerClock = { aheadMs: event.aheadMs, withinMs: event.withinMs };
        return;
      case 'promise': {
        const { type: _, atMs: __, ...promise } = event;
        state.promise = promise;
        return;
      }
      case 'delta-log': {
        const { keys, budgetKeys } = event;
        this.logGrowth.add(event.atMs, keys);
        const keysPerSecond = this.logGrowth.perSecond;
        const mostKeys = Math.max(keys, state.deltaLog?.mostKeys ?? 0);
        const fullInMs = this.logGrowth.msUntil(budgetKeys);
        state.deltaLog = { keys, mostKeys, budgetKeys, keysPerSecond, fullInMs };
        return;
      }
      case 'serving':
        state.serving = this.reads.began(event, state.serving);
        return;
      case 'served':
        if (state.serving) state.serving = this.reads.after(event, state.serving);
        return;
      case 'warmed': {
        const { type: _, atMs: __, ...warmed } = event;
        state.warmed = warmed;
        return;
      }
      case 'buffers': {
        const { type: _, ...buffers } = event;
        state.buffers = buffers;
        return;
      }
      case 'hot-ready':
        state.hotReadyAtMs = event.atMs;
        return;
      case 'verified': {
        const { ranges, rows, differences, repairedRows } = event;
        state.verification = { ranges, rows, differences, repairedRows };
        return;
      }
      case 'in-sync':
        Object.assign(state, {
          inSyncAtMs: event.atMs,
          inSyncRows: event.rows,
          inSyncWatermark: event.watermark,
        });
        return;
      case 'hook':
        return this.hook(event);
      case 'note':
        state.notes.push({ atMs: event.atMs, level: event.level, text: event.text });
        if (state.notes.length > keptNotes) state.notes.shift();
        return;
      case 'end':
        return this.end(event);
    }
  }

  private latency({ donor: name, answerMs, writeMs }: Extract<RunEvent, { type: 'latency' }>): void {
    const donor = this.donor(name);
    donor.answerMs = answerMs;
    if (writeMs === undefined) return;
    donor.writeMs = writeMs;
    const times = this.writeTimes.get(name) ?? new WriteTimes();
    this.writeTimes.set(name, times);
    times.take(writeMs);
    donor.writes = times.summary;
  }

  private phase(event: Extract<RunEvent, { type: 'phase' }>): void {
    const phase = this.state.phases.find(({ name }) => name === event.phase);
    if (!phase) return;
    movePhase(phase, event.state, event.atMs);
    if (event.state === 'running') {
      this.current = phase.name;
      this.etas.set(phase.name, new PhaseEta(event.atMs, this.goesOn ? undefined : (phase.share ?? 0)));
      // Planned rows that are sent again count again.
      if (Object.values(planPhases).includes(phase.name) && this.state.plan)
        Object.assign(this.state.plan, { arrivedKeys: 0, missingKeys: 0, arrivedReads: 0 });
      return;
    }
    if (this.current === phase.name)
      this.current = this.state.phases.findLast(({ state }) => state === 'running')?.name;
  }

  /** What was seen under another limit tells nothing of the speed under this one. One that the donor sets follows its work all the time. */
  private limit({ limit, atMs }: Extract<RunEvent, { type: 'limit' }>): void {
    const before = this.state.limit;
    this.state.limit = limit;
    const isOperators = (limit ?? before)?.setBy === 'operator';
    if (isOperators && limit?.bytesPerSecond !== before?.bytesPerSecond) this.forgetSpeed(atMs);
  }

  private pause(isPaused: boolean, atMs: number): void {
    const { state } = this;
    const since = state.pausedSinceMs;
    if (isPaused) state.pausedSinceMs = since ?? atMs;
    if (isPaused || since === undefined) return;
    state.pausedMs += atMs - since;
    state.pausedSinceMs = undefined;
    this.forgetSpeed(atMs);
  }

  private forgetSpeed(atMs: number): void {
    if (this.current) this.etas.get(this.current)?.beginAnew(atMs);
  }

  private lost(atMs: number): void {
    for (const phase of this.state.phases) if (phase.state === 'running') movePhase(phase, 'waiting', atMs);
    this.current = undefined;
  }

  /** Until it is level for the first time it is as old as its proof. */
  private followed(event: Extract<RunEvent, { type: 'followed' }>): void {
    const { watermark, keys, levelAtMs, rows, atMs } = event;
    const { state } = this;
    const level = levelAtMs ?? state.follow?.levelAtMs ?? state.inSyncAtMs ?? atMs;
    const follow = { watermark, keysWaiting: keys, levelAtMs: level, lagMs: atMs - level };
    state.follow = rows === undefined ? follow : { ...follow, rows };
  }

  private hook({ hook, state, exitCode }: Extract<RunEvent, { type: 'hook' }>): void {
    const told = { hook, state, ...(exitCode === undefined ? {} : { exitCode }) };
    this.state.hooks = [...this.state.hooks.filter((other) => other.hook !== hook), told];
  }

  private rows(event: Extract<RunEvent, { type: 'rows' }>): void {
    const { state } = this;
    add(state.byKind[event.kind], event);
    const donor = this.donor(event.donor);
    add(donor, event);
    const phase = state.phases.find(({ name }) => name === this.current);
    this.rates.add(event.atMs, event.rows, event.wireBytes, phase?.startedAtMs ?? state.startedAtMs);
    const planPhase = planPhases[event.kind];
    if (!state.plan || !planPhase) return;
    state.plan.arrivedKeys += event.planKeys ?? 0;
    state.plan.missingKeys += event.missingKeys ?? 0;
    state.plan.arrivedReads += event.expectedReads ?? 0;
    if (state.plan.keys > 0) {
      this.progress(
        planPhase,
        (state.plan.arrivedKeys + state.plan.missingKeys) / state.plan.keys,
        event.atMs,
      );
    }
  }

  private progress(name: PhaseName, share: number, atMs: number): void {
    const phase = this.state.phases.find((candidate) => candidate.name === name);
    if (!phase || !(share >= 0)) return;
    phase.share = Math.min(1, share);
    this.etas.get(name)?.progress(atMs, phase.share);
  }

  private donor(name: string): DonorSnapshot {
    const known = this.state.donors.find(({ donor }) => donor === name);
    if (known) return known;
    const created: DonorSnapshot = {
      donor: name,
      host: '',
      state: 'reading',
      rows: 0,
      rawBytes: 0,
      wireBytes: 0,
    };
    this.state.donors.push(created);
    return created;
  }

  /** A phase that was running when the run ended stays so when it was stopped: it is where a resumed run goes on. */
  private end(event: Extract<RunEvent, { type: 'end' }>): void {
    this.pause(false, event.atMs);
    this.state.outcome = event.outcome;
    this.state.error = event.error;
    for (const phase of this.state.phases) {
      if (phase.state !== 'running') continue;
      phase.endedAtMs = event.atMs;
      if (event.outcome === 'failed') phase.state = 'failed';
    }
  }
}

/** The snapshot after all of `events`. */
export function foldRun(events: Iterable<RunEvent>): RunSnapshot {
  const fold = new RunFold();
  for (const event of events) fold.apply(event);
  return fold.snapshot;
}

function add(count: RowCount, more: RowCount): void {
  count.rows += more.rows;
  count.rawBytes += more.rawBytes;
  count.wireBytes += more.wireBytes;
}
