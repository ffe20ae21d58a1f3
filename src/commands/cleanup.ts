import Abort from './abort.ts';

/** `abort`, of runs that are over. */
export default class Cleanup extends Abort {
  static override summary = 'Take away all that a dead, stopped or failed run left.';
  static override description =
    'Does what abort does, but refuses a run that still lives. Where nothing is left, that is said, and no failure. Without a RUN it takes the only one that has left something; of several it asks which, and refuses to guess where nobody can be asked. A replication slot that a run of another folder has left is taken by its name, and so is a publication of foresync without a slot, as DROP SUBSCRIPTION leaves it.';

  protected override readonly onlyDead = true;

  protected override question(what: string): string {
    return `Take away what ${what}, left?`;
  }

  protected override done(what: string): string {
    return `${what}: nothing of it is left.`;
  }
}
