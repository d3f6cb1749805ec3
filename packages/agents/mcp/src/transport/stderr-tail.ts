import { secretForms } from '@majordomo/core/toolkit';

interface Output {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'error', listener: () => void): unknown;
}

const MAX_TAIL = 2000;
const MAX_LINE = 1000;
/** Minimum margin, for secrets that `mask` finds by their pattern because the program did not receive them from majordomo. */
const MIN_MARGIN = 256;

/**
 * Last part of a program's stderr output. Secrets in a line are masked before the line is cut, because a part of a secret could
 * remain otherwise. The stream is always read, because a full pipe would block the program.
 */
export class StderrTail {
  private readonly mask: (text: string) => string;
  private readonly onLine: (line: string) => void;
  /**
   * Number of characters to remove from the end of a cut line, because the end may contain the first part of a secret or of an
   * encoded form of a secret.
   */
  private readonly margin: number;
  private tail = '';
  private line = '';

  /** @param secrets values whose length determines the margin; `mask` masks them */
  constructor(secrets: readonly string[], mask: (text: string) => string, onLine: (line: string) => void) {
    this.mask = mask;
    this.onLine = onLine;
    this.margin = Math.max(MIN_MARGIN, ...secrets.flatMap(secretForms).map(({ length }) => length));
  }

  get text(): string {
    return `${this.tail}${this.maskedLine(this.line)}`.trim().slice(-MAX_TAIL);
  }

  listen(stream: Output | null): void {
    const decoder = new TextDecoder();
    stream?.on('data', (chunk: Uint8Array) => {
      const lines = (this.line + decoder.decode(chunk, { stream: true })).split('\n');
      this.line = (lines.pop() ?? '').slice(0, MAX_LINE + this.margin);
      for (const line of lines) this.add(this.maskedLine(line));
    });
    stream?.on('error', () => undefined);
  }

  private add(line: string): void {
    if (line.trim() === '') return;
    this.tail = `${this.tail}${line}\n`.slice(-MAX_TAIL);
    this.onLine(line);
  }

  private maskedLine(line: string): string {
    const room = MAX_LINE + this.margin;
    const masked = this.mask(line.slice(0, room));
    const text = line.length < room ? masked : masked.slice(0, -this.margin);
    return text.slice(0, MAX_LINE);
  }
}
