const enterAndGoHome = '\u001b[?1049h\u001b[H';
const leaveAndComeBack = '\u001b[?1049l\u001b[?25h';

/** The terminal's other screen, which has no history: what was there before comes back when it is left, also where the process ends without a word. */
export class AlternateScreen {
  readonly #stdout: Pick<NodeJS.WriteStream, 'write'>;
  readonly #leave = () => this.leave();
  #isIn = false;

  constructor(stdout: Pick<NodeJS.WriteStream, 'write'>) {
    this.#stdout = stdout;
  }

  /** The cursor is in its first place then: Ink draws from where it stands, which would be where it stood on the other screen. */
  enter(): void {
    if (this.#isIn) return;
    this.#isIn = true;
    process.once('exit', this.#leave);
    this.#stdout.write(enterAndGoHome);
  }

  /** May be called again. */
  leave(): void {
    if (!this.#isIn) return;
    this.#isIn = false;
    process.off('exit', this.#leave);
    this.#stdout.write(leaveAndComeBack);
  }
}
