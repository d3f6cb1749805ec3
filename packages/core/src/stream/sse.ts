import { LlmError } from '../types/llm-error.ts';

/** Longest message in characters: 64 Mi. A picture comes as one, in base64. */
const LONGEST_MESSAGE = 64 * 1024 * 1024;

/**
 * Server-sent events, decoded as the WHATWG text says: LF, CRLF and CR end a line, several `data` lines are joined by
 * LF, comments and unknown fields are ignored. Synchronous and linear: one call per message, no object per line, and a
 * line is looked at when its end has come, into however many pieces it was cut.
 */
export class SseDecoder implements BodyDecoder {
  private readonly onMessage: OnMessage;
  private readonly target: string;
  private readonly longest: number;
  private readonly decoder = new TextDecoder();
  /** Text after the last line end. */
  private rest = '';
  private data: string | undefined;
  private event: string | undefined;
  /** CR ends lines on this stream; the fast path looks for LF alone. */
  private sawCarriageReturn = false;
  /** `rest` ends with a CR, of which nobody knows yet whether a LF follows. */
  private holdsCarriageReturn = false;

  /** `longest`: characters of a message; a longer one is a `protocol` error of `target`. */
  constructor(onMessage: OnMessage, target = 'the server', longest: number = LONGEST_MESSAGE) {
    this.onMessage = onMessage;
    this.target = target;
    this.longest = longest;
  }

  /** Bytes as they arrive, cut anywhere, within a character too. */
  push(bytes: Uint8Array): void {
    this.read(this.decoder.decode(bytes, { stream: true }));
  }

  /** After the last byte: a message without its blank line is dropped, as the standard says; a CR is settled. */
  end(): void {
    this.read(this.decoder.decode());
    if (this.holdsCarriageReturn) this.read('\n');
  }

  private read(chunk: string): void {
    const hasCarriageReturn = chunk.includes('\r');
    if (hasCarriageReturn) this.sawCarriageReturn = true;
    else if (!this.holdsCarriageReturn && !chunk.includes('\n')) {
      this.rest += chunk;
      this.check(this.rest);
      return;
    }
    const text = this.rest === '' ? chunk : this.rest + chunk;
    const { data, event } = this;
    this.rest = this.sawCarriageReturn ? this.readAnyLines(text) : this.readLines(text);
    // What half a message has brought so far outlives this text; what was there before is its own already.
    if (this.event !== undefined && this.event !== event) this.event = copyText(this.event);
    if (this.data !== undefined && data === undefined) this.data = copyText(this.data);
    this.check(this.rest);
    if (this.data !== undefined) this.check(this.data);
  }

  /** A server that never ends its message must not fill the memory. */
  private check({ length }: string): void {
    if (length <= this.longest) return;
    const { target } = this;
    const message = `${target} sent a message of more than ${this.longest} characters`;
    throw new LlmError('protocol', message, { target, code: 'message-too-long', path: '' });
  }

  private readLines(text: string): string {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      this.line(text, from, end);
      from = end + 1;
    }
    return from === 0 ? text : copyText(text.slice(from));
  }

  private readAnyLines(text: string): string {
    let from = 0;
    this.holdsCarriageReturn = false;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code !== 10 && code !== 13) continue;
      // A CR at the end of the chunk may be half of a CRLF: wait for the next one.
      if (code === 13 && at + 1 === text.length) {
        this.holdsCarriageReturn = true;
        break;
      }
      this.line(text, from, at);
      if (code === 13 && text.charCodeAt(at + 1) === 10) at++;
      from = at + 1;
    }
    return from === 0 ? text : copyText(text.slice(from));
  }

  private line(text: string, from: number, end: number): void {
    if (from === end) {
      this.dispatch();
      return;
    }
    if (text.startsWith('data', from)) {
      const value = fieldValue(text, from + 4, end);
      if (value !== undefined) this.data = this.data === undefined ? value : `${this.data}\n${value}`;
    } else if (text.startsWith('event', from)) {
      this.event = fieldValue(text, from + 5, end) ?? this.event;
    }
  }

  private dispatch(): void {
    const { data, event } = this;
    this.data = undefined;
    this.event = undefined;
    if (data !== undefined) this.onMessage(data, event);
  }
}

/** What follows `name:` and one space; `undefined` when the field's name continues. */
function fieldValue(text: string, colon: number, end: number): string | undefined {
  if (colon === end) return '';
  if (text.charCodeAt(colon) !== 58) return undefined;
  const start = text.charCodeAt(colon + 1) === 32 && colon + 1 < end ? colon + 2 : colon + 1;
  return text.slice(start, end);
}

/** Server-sent events as the framing of a streamed body. */
export const SSE: Framing = {
  mediaType: /event-stream|^$/i,
  decoder: (onMessage, target) => new SseDecoder(onMessage, target),
};

/** The messages of a body, for providers that read one by one. Leaving the loop cancels the body. */
export async function* sseMessages(
  body: ReadableStream<Uint8Array>,
): AsyncIterable<{ readonly event: string; readonly data: string }> {
  const messages: { event: string; data: string }[] = [];
  const decoder = new SseDecoder((data, event) => {
    messages.push({ event: event ?? 'message', data });
  });
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      decoder.push(value);
      yield* messages.splice(0);
    }
    decoder.end();
    yield* messages.splice(0);
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Called for each message of a body: its data and, where the wire names them, its event. */
export type OnMessage = (data: string, event: string | undefined) => void;

/** Cuts bytes into messages, synchronously. */
export interface BodyDecoder {
  /** Bytes as they arrive, cut anywhere. */
  push(bytes: Uint8Array): void;
  /** After the last byte. */
  end(): void;
}

/** How the messages of a streamed body are told apart. */
export interface Framing {
  /** Content types of such a body; a missing one is given the benefit of the doubt: some local servers send none. */
  readonly mediaType: RegExp;
  /** A JSON type may hold such messages too: proxies relabel what they do not know. One JSON value is tried first. */
  readonly mayBeJson?: boolean | undefined;
  /** `target` is for the decoder's errors. */
  decoder(onMessage: OnMessage, target: string): BodyDecoder;
}

/**
 * The same text in memory of its own. What `slice` gives may keep the whole text alive of which it is a part: the half
 * line after the last whole one would hold all that was read with it.
 */
export function copyText(text: string): string {
  // A text that was put together again is copied when it is cut.
  return ` ${text}`.slice(1);
}
