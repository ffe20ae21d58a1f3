/** A page of lines that is shown again as it changes: over itself on a terminal, below itself elsewhere. */
export class Page {
  readonly #output: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'rows'>;
  readonly #plain: boolean;
  #shown: string | undefined;

  /** With `plain` what changed is told below, and nothing is drawn over. */
  constructor(output: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'rows'>, { plain = false } = {}) {
    this.#output = output;
    this.#plain = plain;
  }

  /** Lines have no line breaks and fit the terminal. */
  show(lines: readonly string[]): void {
    const text = `${lines.join('\n')}\n`;
    if (text === this.#shown) return;
    if (this.#plain && this.#shown !== undefined) this.#tellChanges(lines, this.#shown);
    else this.#output.write(`${this.#back()}${text}`);
    this.#shown = text;
  }

  #tellChanges(lines: readonly string[], shown: string): void {
    const told = new Set(shown.split('\n'));
    for (const line of lines) if (!told.has(line)) this.#output.write(`${line}\n`);
  }

  /** To the page's first line, as far as the terminal still has it, with all below wiped. */
  #back(): string {
    if (this.#shown === undefined || !this.#output.isTTY) return '';
    const height = this.#shown.split('\n').length - 1;
    return `\u001b[${Math.min(height, this.#output.rows - 1)}A\r\u001b[J`;
  }
}
