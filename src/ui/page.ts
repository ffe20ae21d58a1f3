/** A page of lines that is shown again as it changes: over itself on a terminal, below itself elsewhere. */
export class Page {
  readonly #output: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'rows'>;
  #shown: string | undefined;

  constructor(output: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'rows'>) {
    this.#output = output;
  }

  /** Lines have no line breaks and fit the terminal. */
  show(lines: readonly string[]): void {
    const text = `${lines.join('\n')}\n`;
    if (text === this.#shown) return;
    this.#output.write(`${this.#back()}${text}`);
    this.#shown = text;
  }

  /** To the page's first line, as far as the terminal still has it, with all below wiped. */
  #back(): string {
    if (this.#shown === undefined || !this.#output.isTTY) return '';
    const height = this.#shown.split('\n').length - 1;
    return `\u001b[${Math.min(height, this.#output.rows - 1)}A\r\u001b[J`;
  }
}
