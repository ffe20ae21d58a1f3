import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ForesyncError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { isSameTable, nameFor, stemOf, storeOf, tablesOf } from './init-places.ts';
import { foundDatabases, type InitWishes } from './init-wishes.ts';
import { type DescribedReplica, parsePlace } from './replica-flag.ts';

/** Asks one question; resolves with what was typed, trimmed, or with the proposal where nothing was. */
export type Asker = (question: string, proposal?: string) => Promise<string>;

interface Questions {
  ask: Asker;
  /** Says something to whoever is asked. */
  say(line: string): void;
  folder: string;
  /** A database of this machine must be there; without it may come later. */
  mustExist: boolean;
}

/** Asks for what the flags did not say, and fills it in. An answer that cannot be is explained, and asked for again. */
export async function askForRest(wishes: InitWishes, questions: Questions): Promise<void> {
  if (wishes.replicas.size === 0) await askForReplicas(wishes, questions);
  const [first = ''] = wishes.replicas.keys();
  if (wishes.lead === undefined && wishes.replicas.size > 1) {
    wishes.lead = await until(questions, async ({ ask }) => {
      const name = await ask('Which replica must a new one equal?', first);
      return wishes.replicas.has(name)
        ? name
        : again(`It is one of ${[...wishes.replicas.keys()].join(', ')}.`);
    });
  }
  const lead = wishes.replicas.get(wishes.lead ?? first);
  if (!lead) return;
  wishes.table ??= await askForTable(lead, questions);
  wishes.group ??= await questions.ask('A name for the replicas of this table', stemOf(lead));
  if (wishes.logs.length === 0) await askForLogs(wishes, questions);
}

async function askForReplicas(wishes: InitWishes, questions: Questions): Promise<void> {
  const { say, folder } = questions;
  const found = foundDatabases(folder);
  say('The first replica is the lead: the one that a new replica must equal.');
  if (found.length > 0)
    say(
      `SQLite files here: ${found
        .slice(0, 10)
        .map((name) => printable(name, 60))
        .join(', ')}`,
    );
  const first = await until(questions, async ({ ask }) =>
    placeThere(
      await ask('Its database, PATH, user@host:PATH or postgres://user@host/database', found[0]),
      questions,
    ),
  );
  await askForName(wishes, first, questions);
  for (;;) {
    const more = await until(questions, async ({ ask }) => {
      const text = await ask("Another replica's database, as before; Enter for no more");
      return text === '' ? undefined : placeThere(text, questions);
    });
    if (more === undefined) return;
    await askForName(wishes, more, questions);
  }
}

/** What lies at another host is looked at once all is known. */
function placeThere(text: string, { folder, mustExist }: Questions): DescribedReplica {
  const place = parsePlace(text, folder);
  const { kind, path: file } = storeOf(place);
  if (place.host === 'local' && kind === 'sqlite' && mustExist && !existsSync(file))
    return again(`There is no file ${printable(file)}.`);
  return place;
}

async function askForName(
  { replicas }: InitWishes,
  place: DescribedReplica,
  questions: Questions,
): Promise<void> {
  const name = await until(questions, async ({ ask }) => {
    const text = await ask('Its name', nameFor(place));
    return replicas.has(text) ? again(`There is a ${printable(text, 60)} already.`) : text;
  });
  replicas.set(name, place);
}

async function askForTable(lead: DescribedReplica, questions: Questions): Promise<string> {
  const tables = await tablesOf(lead).catch((error: unknown) => {
    if (!(error instanceof ForesyncError) || storeOf(lead).kind === 'sqlite') throw error;
    // It is looked at once more when all is known.
    questions.say([error.message, error.hint ?? ''].join(' '));
    return undefined;
  });
  if (tables) {
    const listed = tables
      .slice(0, 20)
      .map(({ name, key }) => printable(`${name} (by ${key.join(', ')})`, 80));
    questions.say(`Tables with a primary key: ${listed.join(', ') || 'none'}`);
  }
  return until(questions, async ({ ask }) => {
    const table = await ask('The table', tables?.[0]?.name);
    if (table === '') return again('It needs a name.');
    if (tables && !tables.some(({ name }) => isSameTable(lead, name, table)))
      return again('It is none of the tables there that have a primary key.');
    return table;
  });
}

async function askForLogs(wishes: InitWishes, { ask }: Questions): Promise<void> {
  for (const [name, replica] of wishes.replicas) {
    const log = await ask(
      `Access logs of ${printable(name, 60)}, as a file or a glob there; Enter for none`,
      likelyLogs(replica),
    );
    if (log !== '' && log !== '-') wishes.logs.push(`${name}=${log}`);
  }
}

/** Logs beside the database, where there are such as the README's; with '-' the proposal is declined. */
function likelyLogs(replica: DescribedReplica): string | undefined {
  const { kind, path: file } = storeOf(replica);
  if (replica.host !== 'local' || kind !== 'sqlite') return undefined;
  const folder = path.dirname(file);
  const found =
    existsSync(folder) && readdirSync(folder).some((name) => /^access.*\.(csv|tsv|jsonl|log)/.test(name));
  return found ? path.join(folder, 'access*') : undefined;
}

/** What another answer mends. */
const answerErrors: ReadonlySet<string> = new Set(['store-password', 'table-name']);

/** What is wrong with an answer. */
class Again extends Error {}

function again(why: string): never {
  throw new Again(why);
}

async function until<T>(questions: Questions, answer: (questions: Questions) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await answer(questions);
    } catch (error) {
      if (error instanceof Again) questions.say(error.message);
      else if (error instanceof ForesyncError && (error.kind === 'usage' || answerErrors.has(error.code)))
        questions.say([error.message, error.hint].join(' '));
      else throw error;
    }
  }
}
