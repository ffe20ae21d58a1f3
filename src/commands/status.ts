import { Args, Flags } from '@oclif/core';
import { BaseCommand, stateFlag } from '../cli/base-command.ts';
import { keptSlots, slotsOf } from '../cli/kept-slots.ts';
import { sameFiles } from '../cli/next-step.ts';
import { openJournal, readStanding, readStandings } from '../cli/run-standings.ts';
import { systemClock, systemWait } from '../core/clock.ts';
import type { StateFile } from '../core/state/open.ts';
import { columnsOf } from '../ui/columns-of.ts';
import { brushFor } from '../ui/metrics-paint.ts';
import { Page } from '../ui/page.ts';
import { wantsPlain } from '../ui/plain-wish.ts';
import { type LeadSlots, slotLines } from '../ui/slot-lines.ts';
import { slotsJson, statusJson } from '../ui/status-json.ts';
import { groupStandings, statusList } from '../ui/status-list.ts';
import { statusOfRun } from '../ui/status-run.ts';
import { fitLines } from '../ui/wrap-words.ts';

const watchEveryMs = 1000;

interface Look {
  lines: string[];
  json: unknown;
  isRunning: boolean;
}

export default class Status extends BaseCommand {
  static override summary = 'Tell what runs, in which phase and how far, and what was left.';
  static override description =
    'Reads the state file, so it answers from any shell, also while a run writes to it. A run whose process is gone without a word is told from one that lives. Leads at PostgreSQL are asked, for 15 seconds at most, which replication slots of foresync they have, whose they are and how much WAL is kept for them.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 3f9a1c2b --watch',
  ];

  static override args = {
    run: Args.string({ ignoreStdin: true, description: 'A run, by its id or the beginning of it.' }),
  };

  static override flags = {
    watch: Flags.boolean({
      description: 'Look again every second until nothing runs any more; with --json, tell that end alone.',
    }),
    limit: Flags.integer({
      description: 'How many ended runs are listed.',
      default: 5,
      min: 0,
      max: 500,
      helpValue: 'N',
    }),
    state: stateFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Status);
    const state = openJournal(flags.state);
    const page = new Page(process.stdout, { plain: wantsPlain(process.argv, process.env) });
    try {
      const askLeads = () => keptSlots(readStandings(state), this.signal);
      let slots = await askLeads();
      for (let wasRunning = false; ; wasRunning = true) {
        const look = () => this.#look(state, { id: args.run, slots, ...flags });
        let { lines, json, isRunning } = look();
        if (wasRunning && !isRunning) {
          // What a run has at a lead may have gone with it.
          slots = await askLeads();
          ({ lines, json, isRunning } = look());
        }
        if (!this.jsonEnabled())
          page.show(fitLines(lines, columnsOf(process.stdout) ?? Number.POSITIVE_INFINITY));
        if (!flags.watch || !isRunning || this.signal.aborted) return json;
        await systemWait(watchEveryMs, this.signal);
      }
    } finally {
      state.close();
    }
  }

  #look(
    state: StateFile,
    { id, slots, ...flags }: { id: string | undefined; slots: LeadSlots[]; limit: number; state: string },
  ): Look {
    const view = { nowMs: systemClock.nowMs(), stateOption: sameFiles({ state: flags.state }) };
    const brush = brushFor(process.argv, process.env);
    if (id !== undefined) {
      const standing = readStanding(state, id);
      const own = slotsOf(standing, slots);
      return {
        lines: [...statusOfRun(standing, view, brush), ...slotLines(own, view, brush)],
        json: { run: statusJson(standing), ...slotsJson(own) },
        isRunning: standing.standing === 'running',
      };
    }
    const all = groupStandings(readStandings(state));
    const groups = {
      ...all,
      refused: all.refused.slice(0, flags.limit),
      ended: all.ended.slice(0, flags.limit),
    };
    return {
      lines: [...statusList(groups, view, brush), ...slotLines(slots, view, brush)],
      json: {
        ...Object.fromEntries(Object.entries(groups).map(([name, runs]) => [name, runs.map(statusJson)])),
        ...slotsJson(slots),
      },
      isRunning: groups.running.length > 0,
    };
  }
}
