import Abort from './abort.ts';

/** `abort`, of runs that are over. */
export default class Cleanup extends Abort {
  static override summary = 'Take away all that a dead, stopped or failed run left.';
  static override description =
    'Does what abort does, but refuses a run that still lives. Without a RUN it takes the newest that has left something.';

  protected override readonly onlyDead = true;
}
