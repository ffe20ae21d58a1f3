import path from 'node:path';
import { Flags } from '@oclif/core';
import { BaseCommand, configFlag, textFlag, usageError } from '../cli/base-command.ts';
import { ask, canAsk } from '../cli/confirm.ts';
import { errorLines } from '../cli/error-lines.ts';
import { placeOf } from '../cli/init-places.ts';
import { askForRest } from '../cli/init-questions.ts';
import { completed, type InitWishes } from '../cli/init-wishes.ts';
import { nextStep, sameFiles } from '../cli/next-step.ts';
import { progressText } from '../cli/progress-text.ts';
import { replaceFlag } from '../cli/replace-flag.ts';
import { parseReplica } from '../cli/replica-flag.ts';
import { systemClock } from '../core/clock.ts';
import { listed, type Report } from '../core/doctor/check.ts';
import { examine } from '../core/doctor/examine.ts';
import { type Verdict, verdictOf } from '../core/doctor/verdict.ts';
import { shellWord } from '../core/doctor/words.ts';
import { type ReplicaGroup, readGroup } from '../core/group/config.ts';
import type { GroupDocument } from '../core/group/config-shape.ts';
import { configText } from '../core/group/config-text.ts';
import { refuseExistingConfig, writeConfig } from '../core/group/write-config.ts';
import { packageRoot } from '../core/own-files.ts';
import { printable } from '../core/text.ts';
import { columnsOf } from '../ui/columns-of.ts';
import { DoctorView } from '../ui/doctor-view.ts';
import { brushFor } from '../ui/metrics-paint.ts';
import { wrapWords } from '../ui/wrap-words.ts';

/** A host may take so long to let us in, and for each answer. */
const timeoutMs = 30_000;

export default class Init extends BaseCommand {
  static override summary = 'Describe the replicas that are there, in a foresync.yaml.';
  static override description =
    `Asks for what the flags do not say, proposes the SQLite files of this folder and their tables, then looks at every replica as doctor does: whether its host lets us in, and whether file, table and primary key are there. Where that fails nothing is written. Nothing is changed at any host.
Without a terminal nothing is asked: then --replica is needed, and --table where the lead has several. The first replica is the lead, and the group is named after its file, unless said otherwise.
The file has a comment on every key, and names its JSON schema, so that editors complete and check it. It is the owner's alone (mode 0600).`;

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --table items --replica us-east=local:/srv/shop/shop.db --replica us-west=ops@us-west:/srv/shop/shop.db',
    '<%= config.bin %> <%= command.id %> --table items --replica us-east=ops@db1:postgres://foresync@localhost/shop --no-check',
    "<%= config.bin %> <%= command.id %> --table items --replica us-east=local:/srv/shop/shop.db --logs '/srv/shop/access-*.csv' --dry-run",
  ];

  static override flags = {
    group: textFlag({
      description: "A name for the replicas of the table. Default: the name of the lead's file, or database.",
      helpValue: 'NAME',
    }),
    table: textFlag({
      description: "The table; its primary key is the key. Default: the lead's, where it has but one.",
      helpValue: 'TABLE',
    }),
    lead: textFlag({
      description: 'The replica that a new one must equal. Default: the first.',
      helpValue: 'NAME',
    }),
    replica: textFlag({
      description:
        "A replica that is there; HOST is 'local', or a destination as ssh takes it; PATH may be a postgres:// URL, as that host reaches its server. May be repeated.",
      helpValue: 'NAME=HOST:PATH',
      multiple: true,
      multipleNonGreedy: true,
    }),
    logs: textFlag({
      description:
        "Access logs of a replica, at its host; a GLOB alone is of the lead's. May be repeated. Default: none.",
      helpValue: 'NAME=GLOB',
      multiple: true,
      multipleNonGreedy: true,
    }),
    check: Flags.boolean({
      description: 'Look at the replicas first, unless told not to.',
      default: true,
      allowNo: true,
    }),
    'dry-run': Flags.boolean({
      description: 'Print what would be written, and write nothing.',
      default: false,
    }),
    replace: replaceFlag(),
    config: configFlag,
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Init);
    const file = path.resolve(flags.config);
    const dryRun = flags['dry-run'];
    if (!flags.replace && !dryRun) refuseExistingConfig(file);
    const wishes = wishesOf(flags, process.cwd());
    if (canAsk() && !this.jsonEnabled()) await this.#askForRest(wishes, flags.check);
    const document = await completed(wishes, process.cwd(), file);
    const text = configText(document, schemaPath);
    const group = readGroup(text, file);
    const { reports, verdict } = flags.check ? await this.#look(group) : unseen;
    const written = verdict.failures === 0 && !dryRun;
    process.exitCode = verdict.exitCode;
    if (verdict.failures > 0) {
      const again = `'foresync init ${flagsOf(document, wishes)}${sameFiles(flags)}'`;
      const hint = `Mend what failed and run ${again}, or write it all the same with --no-check.`;
      const lines = errorLines(`${printable(file)} was not written.`, hint);
      process.stderr.write(`\n${lines.join('\n')}\n`);
    } else if (dryRun) {
      this.printAsIs(text.trimEnd());
    } else {
      writeConfig(file, text, { replace: flags.replace });
      this.log(`${printable(file)} is written.`);
      this.log(nextStep(`foresync ${stepAfter(group, flags.check)}${sameFiles(flags)}`));
    }
    return {
      ...{ file, written, dryRun, ready: verdict.failures === 0, checked: flags.check, ...verdict },
      ...{ document, text },
      checks: listed(reports),
    };
  }

  #askForRest(wishes: InitWishes, mustExist: boolean): Promise<void> {
    return askForRest(wishes, {
      mustExist,
      folder: process.cwd(),
      say: (text) => {
        for (const line of wrapWords([text], (columnsOf(process.stderr) ?? Number.POSITIVE_INFINITY) - 2))
          process.stderr.write(`  ${line}\n`);
      },
      ask: async (question, proposal) => {
        const proposed = proposal === undefined ? '' : ` [${printable(proposal, 100)}]`;
        const answer = await ask(`${question}${proposed}: `, this.signal);
        return answer.trim() || (proposal ?? '');
      },
    });
  }

  /** As doctor does; what it finds is told on standard error, beside which standard output is the file's. */
  async #look(group: ReplicaGroup): Promise<{ reports: Report[]; verdict: Verdict }> {
    const { stderr } = process;
    const view = new DoctorView(this.jsonEnabled() ? undefined : stderr, {
      brush: brushFor(process.argv, process.env),
      live: this.jsonEnabled() ? undefined : progressText('auto'),
    });
    const reports: Report[] = [];
    const options = { group, joiner: undefined, replace: false, runtime: undefined, timeoutMs };
    try {
      view.expect([...group.replicas.keys()]);
      for await (const report of examine({ ...options, clock: systemClock, signal: this.signal })) {
        reports.push(report);
        view.tell(report);
      }
    } finally {
      view.end();
    }
    const verdict = verdictOf(reports);
    view.conclude(verdict);
    return { reports, verdict };
  }
}

const unseen = { reports: [], verdict: { failures: 0, warnings: 0, exitCode: 0 } };

/** Of this installation. */
const schemaPath = path.join(packageRoot(), 'docs', 'foresync.schema.json');

function wishesOf(
  {
    group,
    table,
    lead,
    replica = [],
    logs = [],
  }: Omit<InitWishes, 'replicas' | 'logs'> & {
    replica: string[] | undefined;
    logs: string[] | undefined;
  },
  folder: string,
): InitWishes {
  const replicas: InitWishes['replicas'] = new Map();
  for (const text of replica) {
    const { name, ...place } = parseReplica(text, folder);
    if (replicas.has(name)) throw usageError(`--replica: ${name} is there twice.`, 'Give each its own name.');
    replicas.set(name, place);
  }
  return { group, table, lead, replicas, logs: [...logs] };
}

/** All that was said and answered, so that nobody has to answer again. */
function flagsOf({ group, table, lead, replicas }: GroupDocument, wishes: InitWishes): string {
  return [
    ...['--group', group, '--table', table, '--lead', lead],
    ...[...wishes.replicas].flatMap(([name, replica]) => [
      '--replica',
      `${name}=${replica.host}:${placeOf(replica)}`,
    ]),
    ...Object.entries(replicas).flatMap(([name, { logs }]) =>
      logs.flatMap((log) => ['--logs', `${name}=${log}`]),
    ),
  ]
    .map(shellWord)
    .join(' ');
}

/** Replicas that nobody has looked at are looked at; then come logs. */
function stepAfter({ replicas, lead }: ReplicaGroup, isChecked: boolean): string {
  if (!isChecked) return 'doctor';
  const hasLogs = [...replicas.values()].some(({ logs }) => logs.length > 0);
  return hasLogs ? 'analyze' : `analyze LOG... --replica ${shellWord(lead.name)}`;
}
