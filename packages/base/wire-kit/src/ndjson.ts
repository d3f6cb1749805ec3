import { LlmError } from '@majordomo/core';
import { copyText, isRecord, tryParseJson } from '@majordomo/core/toolkit';
import { decodeBody, type BodyDecoder, type Framing, type OnMessage } from './framing.ts';

/** Maximum length of a line: 16 Mi characters. One line can contain an image or a non-streaming response. */
export const MAX_LINE_LENGTH: number = 16 * 1024 * 1024;

/** Event name of a last line that has no line end. Such a line may be truncated. */
export const UNTERMINATED_LINE: string = 'unterminated';

/** Options of an `NdjsonDecoder`. */
export interface NdjsonOptions {
  /** Target as `provider/model`, for errors. */
  readonly target: string;
  /** Maximum length of a line in characters. A longer line throws kind `protocol`. `@default MAX_LINE_LENGTH` */
  readonly maxLineLength?: number | undefined;
}

/**
 * Decodes newline-delimited JSON. Lines end with LF or CRLF, and the last line may have no line end. Blank lines are ignored.
 * Only new text is searched for line ends, so that the time is proportional to the length of a line.
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

  /** Decodes the next bytes, which may end within a character. */
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
    if (chunk.includes('\n')) {
      const lines = (this.rest + chunk).split('\n');
      // A slice would keep all of `chunk` in memory until the next line end.
      this.rest = copyText(lines.pop() ?? '');
      for (const line of lines) this.emitLine(line);
    } else {
      this.rest += chunk;
    }
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
    const message = `${target}: the response contains a line of more than ${this.maxLineLength} characters`;
    throw new LlmError('protocol', message, { target, code: 'line-too-long', path: '' });
  }
}

/** Framing of a body of newline-delimited JSON. */
export const NDJSON: Framing = {
  mediaType: /ndjson|jsonl|json-?lines|octet-stream|^$/i,
  mayBeJson: true,
  decoder: (onMessage, target) => new NdjsonDecoder(onMessage, { target }),
};

/** Iterates over the lines of a body. If the caller stops early, the body is cancelled. */
export function ndjsonLines(
  body: ReadableStream<Uint8Array>,
  target: string,
  maxLineLength?: number,
): AsyncIterable<string> {
  const lines: string[] = [];
  const decoder = new NdjsonDecoder((line) => lines.push(line), { target, maxLineLength });
  return decodeBody(body, decoder, lines);
}

/** Maximum length of a record: 256 Mi characters. One result of a batch may contain 2,048 vectors. */
const MAX_RECORD_LENGTH = 256 * 1024 * 1024;

/** Iterates over the JSON objects of a file, such as the results of a batch. Skips lines that are not JSON objects. */
export async function* jsonRecords(
  { body }: Response,
  target: string,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  if (body === null) return;
  for await (const line of ndjsonLines(body, target, MAX_RECORD_LENGTH)) {
    const record = tryParseJson(line);
    if (isRecord(record)) yield record;
  }
}
