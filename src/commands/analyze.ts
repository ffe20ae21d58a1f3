import { existsSync } from 'node:fs';
import { Args, Flags } from '@oclif/core';
import { watchAnalyze } from '../cli/analyze-watch.ts';
import { BaseCommand, configFlag, stateFlag, usageError } from '../cli/base-command.ts';
import { nextStep, sameFiles } from '../cli/next-step.ts';
import { patternFlags } from '../cli/pattern-flags.ts';
import { progressFlag } from '../cli/progress-flag.ts';
import { assignLogs } from '../core/access-log/assign-logs.ts';
import { parseColumns } from '../core/access-log/columns.ts';
import { findGroupLogs } from '../core/access-log/find-logs.ts';
import { formats } from '../core/access-log/layout.ts';
import { systemClock, systemWait } from '../core/clock.ts';
import type { ReplicaGroup } from '../core/group/config.ts';
import { type IngestReport, ingestLogs, type LogInput } from '../core/history/ingest.ts';
import { defaultMaxKeys, type IngestOptions } from '../core/history/ingest-options.ts';
import { copyState } from '../core/state/copy-state.ts';
import { openState } from '../core/state/open.ts';
import { printable } from '../core/text.ts';
import { logLines } from '../ui/analyze/log-lines.ts';
import { frameFor } from '../ui/analyze/page-frame.ts';
import { trafficPage } from '../ui/analyze/traffic-page.ts';
import { formatCompact, formatCounted, formatDuration } from '../ui/format.ts';
import { brushFor } from '../ui/metrics-paint.ts';

export default class Analyze extends BaseCommand {
  static override summary = 'Read access logs into the access history.';
  static override description =
    `Reads CSV, TSV, JSON Lines, and the logs of Redis, Valkey, nginx, Apache, PostgreSQL, MySQL and memcached, plain or compressed by gzip, zstd, brotli (.br) or xz, and shows what the traffic looks like.
Columns are found by a header's names or by what they hold; times may be s, ms, us, ns or ISO 8601. A log that was read before goes on where it ended. A line that cannot be read is counted, shown and passed over.
A table of events at ClickHouse is counted there, on all its shards, and only the counts are sent; the password of its user is taken from CLICKHOUSE_PASSWORD.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> access.csv access.csv.1.gz',
    '<%= config.bin %> <%= command.id %> access.tsv --columns time,op,key,size --replica us-east',
    'zcat access.*.gz | <%= config.bin %> <%= command.id %> - --columns time=ts,key=sku',
    "<%= config.bin %> <%= command.id %> nginx.log --key-pattern '/product/(?<key>\\d+)'",
    '<%= config.bin %> <%= command.id %> "ops@us-west:/srv/shop/access.csv*" --replica us-west',
    '<%= config.bin %> <%= command.id %> "clickhouse://reader@logs:8123/shop/access?time=ts&key=sku"',
    'redis-cli monitor | <%= config.bin %> <%= command.id %> - --follow',
    '<%= config.bin %> <%= command.id %>',
  ];
  static override strict = false;
  static override args = {
    log: Args.string({
      ignoreStdin: true,
      description:
        "Access logs, user@host:PATH for one that is read over ssh, clickhouse://user@host:8123/database/table for a table at ClickHouse, '-' for standard input; without any, the logs that foresync.yaml names.",
    }),
  };
  static override flags = {
    replica: Flags.string({
      description: "The replica whose logs these are; 'default' where nothing says it.",
      helpValue: 'NAME',
    }),
    format: Flags.option({
      options: formats,
      description: "The logs' format, where it is not seen from the first lines.",
    })(),
    columns: Flags.string({
      description: 'The columns in their order, such as time,op,key,size, or by name: time=ts,key=sku.',
      helpValue: 'LIST',
    }),
    ...patternFlags,
    strict: Flags.boolean({ description: 'Stop at the first line that cannot be read, and keep nothing.' }),
    follow: Flags.boolean({
      description:
        'Go on with what is written, also through rotation, until an interrupt (ctrl-C or SIGTERM).',
    }),
    'dry-run': Flags.boolean({
      description: 'Read the logs and show what they give, but keep nothing.',
      exclusive: ['follow'],
    }),
    rebuild: Flags.boolean({ description: 'Forget all that was read before, and start over.' }),
    'max-keys': Flags.integer({
      min: 1,
      default: defaultMaxKeys,
      description: 'How many keys are kept one by one; the coldest beyond are counted together.',
      helpValue: 'N',
    }),
    progress: progressFlag,
    state: stateFlag,
    config: configFlag,
  };

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Analyze);
    const columns = flags.columns === undefined ? undefined : parseColumns(flags.columns);
    if (flags.replica !== undefined && !/^.{1,200}$/s.test(flags.replica))
      throw usageError('A replica has a name of 1 to 200 characters.');
    const names = argv as string[];
    const followed = flags.follow
      ? (await import('../cli/followed-logs.ts')).followedLogs(names, flags.config, flags.replica)
      : undefined;
    const found = followed ? undefined : await this.inputs(names, flags.config, flags.replica);
    const watch = watchAnalyze(flags.progress);
    const state = flags['dry-run'] ? await copyState(flags.state) : openState(flags.state);
    const startedMs = performance.now();
    const options: IngestOptions = {
      format: flags.format,
      columns,
      keyPattern: flags['key-pattern'],
      pattern: flags.pattern,
      strict: flags.strict,
      rebuild: flags.rebuild,
      maxKeys: flags['max-keys'],
      password: process.env.CLICKHOUSE_PASSWORD,
      stdin: process.stdin,
      signal: this.signal,
      onProgress: watch.onProgress,
    };
    try {
      const report = followed
        ? await (await import('../core/history/follow.ts')).followLogs(state, followed.logs, {
            ...options,
            signal: this.signal,
            clock: systemClock,
            wait: systemWait,
            onFollow: watch.onFollow,
          })
        : await ingestLogs(state, found?.inputs ?? [], options);
      watch.clear();
      const without = found?.without ?? replicasWithout(followed?.replicas ?? [], report);
      return this.finish(report, without, performance.now() - startedMs, flags);
    } finally {
      watch.clear();
      await state.close();
    }
  }

  private async inputs(
    logs: string[],
    config: string,
    replica: string | undefined,
  ): Promise<{ inputs: LogInput[]; without: string[] }> {
    if (logs.length === 0) {
      const found = await findGroupLogs(await groupOf(config), replica, { signal: this.signal });
      return { inputs: found.logs, without: found.without };
    }
    const group = replica === undefined && existsSync(config) ? await groupOf(config) : undefined;
    return { inputs: await assignLogs(logs, group, replica, { signal: this.signal }), without: [] };
  }

  private finish(
    report: IngestReport,
    without: string[],
    tookMs: number,
    {
      follow,
      state,
      config,
      'dry-run': dryRun = false,
    }: { follow: boolean; state: string; config: string; 'dry-run': boolean | undefined },
  ): unknown {
    const sum = (pick: (file: IngestReport['files'][number]) => number) =>
      report.files.reduce((total, file) => total + pick(file), 0);
    const events = sum((file) => file.events);
    const eventsPerSecond = Math.round(events / Math.max(0.001, tookMs / 1000));
    const pace = `${formatDuration(tookMs)}, ${formatCompact(eventsPerSecond)} events/s`;
    const title = [follow ? 'Followed' : 'Read', formatCounted(report.files.length, 'log')].join(' ');
    if (!this.jsonEnabled())
      this.printPage(
        report,
        without,
        title,
        follow ? `for ${pace}` : `in ${pace}`,
        dryRun ? undefined : sameFiles({ config, state }),
      );
    return {
      dryRun,
      files: report.files,
      lines: sum((file) => file.lines),
      events,
      eventLines: sum((file) => file.eventLines),
      rejected: sum((file) => file.rejected),
      ignored: sum((file) => file.ignored),
      headers: sum((file) => file.headers),
      unmatched: sum((file) => file.unmatched),
      seconds: tookMs / 1000,
      eventsPerSecond,
      replicasWithoutLogs: without,
      history: report.profile ?? null,
    };
  }

  private printPage(
    { files, profile }: IngestReport,
    without: string[],
    title: string,
    pace: string,
    options: string | undefined,
  ): void {
    const brush = brushFor(process.argv, process.env);
    const frame = frameFor(brush, process.stdout.columns);
    this.log(`${brush.paint('strong', title)} ${brush.paint('quiet', pace)}`);
    for (const line of logLines(files, frame)) this.log(line);
    for (const name of without) {
      this.log(
        `${brush.paint('warning', `${brush.symbols.warning} replica ${printable(name)}`)}: none of its logs is there`,
      );
    }
    this.log('');
    if (!profile) {
      this.log('The access history is empty: there were no events in these logs.');
      return;
    }
    for (const line of trafficPage(profile, frame)) this.log(line);
    if (options === undefined) this.log('\nNothing was kept; the same without --dry-run keeps it.');
    else this.log(nextStep(`foresync plan${options}`));
  }
}

/** Who names the logs need not wait for what reading YAML imports. */
async function groupOf(config: string): Promise<ReplicaGroup> {
  const { loadGroup } = await import('../core/group/config.ts');
  return loadGroup(config);
}

function replicasWithout(names: readonly string[], { files }: IngestReport): string[] {
  return names.filter((name) => !files.some(({ replica }) => replica === name));
}
