import { LlmError } from '@majordomo/core';
import { copyText, type BodyDecoder, type Framing, type OnMessage } from '@majordomo/core/toolkit';

/** Longest line in characters: 16 Mi. Tool calls, images and a whole buffered answer come as one line. */
export const MAX_LINE_LENGTH: number = 16 * 1024 * 1024;

/** The event of a last line that lacks its end: it may be whole, or all that came of a longer one. */
export const UNTERMINATED_LINE: string = 'unterminated';

/** Options of an `NdjsonDecoder`. */
export interface NdjsonOptions {
  /** For the error about a line that is too long. */
  readonly target: string;
  /** In characters. Default `LONGEST_LINE`. */
  readonly maxLineLength?: number | undefined;
}

/**
 * One JSON value per line, ended by LF or CRLF; blank lines are none, and the last one may lack its end. Synchronous
 * and linear: only new text is searched for line ends, so that a long line costs no more than many short ones.
 */
export class NdjsonDecoder implements BodyDecoder {
  private readonly onMessage: OnMessage;
  private readonly target: string;
  private readonly maxLineLength: number;
  private readonly decoder = new TextDecoder();
  /** Text after the last line end. */
  private rest = '';

  constructor(onMessage: OnMessage, { target, maxLineLength = MAX_LINE_LENGTH }: NdjsonOptions) {
    this.onMessage = onMessage;
    this.target = target;
    this.maxLineLength = maxLineLength;
  }

  /** Bytes as they arrive, cut anywhere, within a character too. */
  push(bytes: Uint8Array): void {
    this.decodeLines(this.decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.decodeLines(this.decoder.decode());
    const last = this.rest;
    this.rest = '';
    this.emitLine(last, UNTERMINATED_LINE);
  }

  private decodeLines(chunk: string): void {
    let from = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', from)) {
      const line = chunk.slice(from, end);
      from = end + 1;
      if (this.rest === '') {
        this.emitLine(line);
        continue;
      }
      const whole = this.rest + line;
      this.rest = '';
      this.emitLine(whole);
    }
    this.rest += from === 0 ? chunk : copyText(chunk.slice(from));
    this.checkLength(this.rest);
  }

  private emitLine(line: string, event?: string): void {
    this.checkLength(line);
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text.trim() !== '') this.onMessage(text, event);
  }

  private checkLength({ length }: string): void {
    if (length <= this.maxLineLength) return;
    const { target } = this;
    const message = `${target} sent a line of more than ${this.maxLineLength} characters`;
    throw new LlmError('protocol', message, { target, code: 'line-too-long', path: '' });
  }
}

/** Newline-delimited JSON as the framing of a streamed body. */
export const NDJSON: Framing = {
  mediaType: /ndjson|jsonl|json-?lines|octet-stream|^$/i,
  mayBeJson: true,
  decoder: (onMessage, target) => new NdjsonDecoder(onMessage, { target }),
};

/** The lines of a body, for providers that read one by one. Leaving the loop cancels the body. */
export async function* ndjsonLines(body: ReadableStream<Uint8Array>, target: string): AsyncIterable<string> {
  const lines: string[] = [];
  const decoder = NDJSON.decoder((line) => lines.push(line), target);
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      decoder.push(value);
      yield* lines.splice(0);
    }
    decoder.end();
    yield* lines.splice(0);
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
