import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { nextStep, sendWith } from '../../cli/next-step.ts';
import { watchedIndex } from '../../cli/plan-inspection.ts';
import { exitCodes } from '../../core/errors.ts';
import { diffPlans } from '../../core/plan/diff/plan-difference.ts';
import { frameFor } from '../../ui/analyze/page-frame.ts';
import { diffPage } from '../../ui/inspect/diff-page.ts';
import { brushFor } from '../../ui/metrics-paint.ts';

export default class PlanDiff extends BaseCommand {
  static override summary = 'Tell how one Prefetch Plan differs from another.';
  static override description =
    `Counts the keys that plan B has and plan A does not, the other way round, and those of both whose figures differ, with what that is worth in reads, bytes and hit rate; lists the first of each, and the fields of the header that differ.
The exit code is 0 whether or not they differ, or with --exit-code 3 where they do, as for every gate.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> plan.jsonl edited.jsonl',
    '<%= config.bin %> <%= command.id %> yesterday.jsonl plan.jsonl --limit 50 --json',
    '<%= config.bin %> <%= command.id %> plan.jsonl edited.jsonl --exit-code --limit 0',
  ];
  static override args = {
    a: Args.string({ ignoreStdin: true, description: 'A plan file.', required: true }),
    b: Args.string({ ignoreStdin: true, description: 'The plan file to compare with it.', required: true }),
  };
  static override flags = {
    limit: Flags.integer({
      description: 'List so many keys of each kind.',
      default: 10,
      min: 0,
      helpValue: 'N',
    }),
    'exit-code': Flags.boolean({ description: 'End with 3 where the plans differ.' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(PlanDiff);
    const a = await watchedIndex(args.a, this.signal);
    try {
      const b = await watchedIndex(args.b, this.signal);
      try {
        const difference = await diffPlans(a, b, { limit: flags.limit, signal: this.signal });
        const brush = brushFor(process.argv, process.env);
        this.log(diffPage(difference, frameFor(brush, process.stdout.columns)).join('\n'));
        if (!difference.same) this.log(nextStep(sendWith(args.b)));
        if (flags['exit-code'] && !difference.same) process.exitCode = exitCodes.gate;
        return difference;
      } finally {
        await b.close();
      }
    } finally {
      await a.close();
    }
  }
}
