import { Args, Flags } from '@oclif/core';
import { BaseCommand, stateFlag, textFlag, usageError } from '../../cli/base-command.ts';
import { canAsk } from '../../cli/confirm.ts';
import { keyWishes, keyWishFlags } from '../../cli/key-wishes.ts';
import { nextStep, sendWith } from '../../cli/next-step.ts';
import { usualPlanFile } from '../../cli/plan-choice.ts';
import { openInspection } from '../../cli/plan-inspection.ts';
import { refuseExistingPlan, savePlan } from '../../cli/plan-saving.ts';
import { probabilityFlag } from '../../cli/probability-flag.ts';
import { replaceFlag } from '../../cli/replace-flag.ts';
import { sizeFlag } from '../../cli/size-flag.ts';
import { systemClock } from '../../core/clock.ts';
import { ForesyncError } from '../../core/errors.ts';
import { findEntry } from '../../core/plan/inspect/find-entry.ts';
import type { InspectedPlan } from '../../core/plan/inspect/inspected-plan.ts';
import { reportInspection } from '../../core/plan/inspect/inspection-report.ts';
import type { PlanEdits } from '../../core/plan/inspect/plan-edits.ts';
import { type PlanView, sortOrders } from '../../core/plan/inspect/plan-rows.ts';
import { saidEdits } from '../../core/plan/inspect/said-edits.ts';
import { searchKeys } from '../../core/plan/inspect/search-keys.ts';
import { printable } from '../../core/text.ts';
import { frameFor } from '../../ui/analyze/page-frame.ts';
import { formatCounted } from '../../ui/format.ts';
import { detailPage } from '../../ui/inspect/detail-page.ts';
import { planPage } from '../../ui/inspect/plan-page.ts';
import { isLive } from '../../ui/live-terminal.ts';
import { brushFor } from '../../ui/metrics-paint.ts';
import { wantsPlain } from '../../ui/plain-wish.ts';

export default class PlanInspect extends BaseCommand {
  static override summary = 'Look into a Prefetch Plan, try changes and save them as a new plan.';
  static override description =
    `On a terminal it opens a screen with all entries: sort, search and filter them, see a key's history and forecast and what a threshold or a budget would change, pin and exclude keys, and write the result as a new plan; ? lists its keys. With --plain, --key, --out or without a terminal it prints a page and asks nothing.
The plan's own file stays as it is, unless --out names it and --replace is given. --min-confidence, --budget-keys, --budget-bytes, --pin and --exclude change the plan that --out writes: pinned entries first, then the others in the order that they had. --sort, --search, --donor and --model only choose what is listed.
A budget takes the entries in the plan's order; 'foresync plan' with the same budget would order them anew.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> plan.jsonl',
    '<%= config.bin %> <%= command.id %> plan.jsonl --plain --sort size --donor us-east --limit 50',
    '<%= config.bin %> <%= command.id %> plan.jsonl --min-confidence 0.9 --json',
    "<%= config.bin %> <%= command.id %> plan.jsonl --exclude 'session:*' --pin user:4711 --out edited.jsonl",
    '<%= config.bin %> <%= command.id %> plan.jsonl --key user:4711',
  ];
  static override args = {
    file: Args.string({ ignoreStdin: true, description: 'The plan file.', default: usualPlanFile }),
  };
  static override flags = {
    limit: Flags.integer({ description: 'List so many entries.', default: 20, min: 0, helpValue: 'N' }),
    sort: Flags.option({
      options: sortOrders,
      default: 'plan' as const,
      description: "List entries in the plan's order, or what is largest first; with time the earliest.",
    })(),
    reverse: Flags.boolean({ default: false, description: 'List them the other way round.' }),
    search: textFlag({
      description: 'List only entries whose keys hold this text, capitals and all.',
      helpValue: 'TEXT',
    }),
    donor: textFlag({
      description: "List only entries of this donor; '-' for those of none.",
      helpValue: 'NAME',
    }),
    model: textFlag({ description: 'List only entries that this model forecast.', helpValue: 'NAME' }),
    key: Flags.string({
      description:
        "Show this entry alone: the key's history, its forecast and why it stands where it stands.",
      helpValue: 'KEY',
    }),
    'min-confidence': probabilityFlag({
      description: "Leave out entries less likely to be read than this. Default: the plan's own threshold.",
    }),
    'budget-keys': Flags.integer({ description: 'Keep so many keys at most.', min: 1, helpValue: 'N' }),
    'budget-bytes': sizeFlag({ description: 'Keep rows of so many bytes at most.' }),
    ...keyWishFlags,
    out: textFlag({
      description: "Write what is left as a new plan; '-' for standard output.",
      helpValue: 'FILE',
    }),
    replace: replaceFlag({ dependsOn: ['out'] }),
    'dry-run': Flags.boolean({
      description: 'Show what --out would write, and write nothing.',
      dependsOn: ['out'],
    }),
    state: stateFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags, metadata } = await this.parse(PlanInspect);
    if (flags.out === '-' && this.jsonEnabled())
      throw usageError('--json and --out - both claim standard output.', 'Name a file with --out.');
    const wishes = keyWishes(flags, undefined);
    const state = { file: flags.state, isNamed: metadata.flags.state?.setFromDefault !== true };
    const { plan, close } = await openInspection(args.file, state, this.signal);
    try {
      const view = viewOf(plan, flags);
      const limits = {
        minConfidence: flags['min-confidence'],
        budgetKeys: flags['budget-keys'],
        budgetBytes: flags['budget-bytes'],
      };
      const edits = await saidEdits(plan.index, wishes, limits, this.signal);
      const { refusal } = plan.outcome(edits);
      if (refusal) throw refusal;
      if (this.isScreenWanted(flags)) return await this.screen(plan, edits, view, flags.search);
      return await this.page(plan, edits, view, flags);
    } finally {
      await close();
    }
  }

  private isScreenWanted({ key, out }: { key?: string | undefined; out?: string | undefined }) {
    const asksForPage =
      this.jsonEnabled() || wantsPlain(process.argv, process.env) || key !== undefined || out !== undefined;
    return !asksForPage && canAsk() && isLive(process);
  }

  private async screen(
    plan: InspectedPlan,
    edits: PlanEdits,
    view: PlanView,
    search: string | undefined,
  ): Promise<unknown> {
    // Ink and React take a quarter of a second to load: only here, where they draw.
    const { inspectOnTerminal } = await import('../../ui/inspect/mount.tsx');
    const brush = brushFor(process.argv, process.env);
    const { interrupted, saved } = await inspectOnTerminal(
      plan,
      { view, edits, search },
      {
        terminal: process,
        brush,
        world: { save: (of, file, replace) => this.saved(plan, of, file, replace) },
        signal: this.signal,
      },
    );
    if (saved) {
      this.log(
        `${brush.paint('good', brush.symbols.done)} A new plan of ${formatCounted(saved.keys, 'key')} is in ${printable(saved.file)}`,
      );
      this.log(nextStep(sendWith(saved.file)));
    }
    if (interrupted) throw new ForesyncError('interrupted', 'interrupted', 'Interrupted.');
    return { saved };
  }

  /** What is in the way of a file is told on the screen, where another can be named. */
  private async saved(plan: InspectedPlan, edits: PlanEdits, file: string, replace: boolean) {
    try {
      await savePlan(plan, edits, { file, replace, nowMs: systemClock.nowMs(), signal: this.signal });
      return undefined;
    } catch (error) {
      if (!(error instanceof ForesyncError)) throw error;
      return { reason: error.message, isThere: error.kind === 'exists' };
    }
  }

  private async page(
    plan: InspectedPlan,
    edits: PlanEdits,
    view: PlanView,
    flags: {
      search: string | undefined;
      limit: number;
      key: string | undefined;
      out: string | undefined;
      replace: boolean;
      'dry-run': boolean;
    },
  ): Promise<unknown> {
    const { search, limit, key, out, replace, 'dry-run': dryRun = false } = flags;
    const report = reportInspection(plan, edits, {
      view,
      search: search === undefined ? undefined : await searchKeys(plan.index, search, this.signal),
      limit,
      detail: key === undefined ? undefined : await findEntry(plan.index, key, this.signal),
    });
    if (out !== undefined && !dryRun)
      await savePlan(plan, edits, { file: out, replace, nowMs: systemClock.nowMs(), signal: this.signal });
    if (out !== undefined && dryRun && !replace) refuseExistingPlan(out);
    const brush = brushFor(process.argv, process.env);
    const frame = frameFor(brush, process.stdout.columns);
    const { detail, header } = report;
    const lines = detail ? detailPage(detail, header, frame) : planPage(report, frame);
    if (dryRun) lines.push('', '  Nothing was written; the same without --dry-run writes the plan.');
    if (out === '-' && !dryRun) process.stderr.write(`${lines.join('\n')}\n`);
    else this.log([...lines, ...(out === undefined || dryRun ? [] : [nextStep(sendWith(out))])].join('\n'));
    return { ...report, out, dryRun };
  }
}

function viewOf(
  plan: InspectedPlan,
  flags: { sort: PlanView['sort']; reverse: boolean; donor: string | undefined; model: string | undefined },
): PlanView {
  const { sort, reverse, donor, model } = flags;
  known('donor', donor, [...plan.donors, '-']);
  known('model', model, plan.models);
  return { sort, reverse, leastConfidence: undefined, donor: donor === '-' ? '' : donor, model };
}

const shownNames = 6;

function known(what: 'donor' | 'model', name: string | undefined, names: readonly string[]): void {
  if (name === undefined || names.includes(name)) return;
  const shown = names.slice(0, shownNames).map((known) => printable(known, 40));
  throw usageError(
    `The plan has no ${what} ${printable(name, 80)}.`,
    `It has ${shown.join(', ')}${names.length > shownNames ? ' and others' : ''}.`,
  );
}
