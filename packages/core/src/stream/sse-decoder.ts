import { LlmError } from '../types/llm-error.ts';

/** Maximum length of a message in characters. An image in base64 is one message. */
const MAX_MESSAGE = 64 * 1024 * 1024;

/**
 * Decoder of server-sent events after the WHATWG standard: LF, CRLF and CR end a line, several `data` lines are joined by
 * LF, comments and unknown fields are ignored. Each message is one synchronous call of `onMessage`.
 */
export class SseDecoder implements BodyDecoder {
  private readonly onMessage: OnMessage;
  private readonly target: string;
  private readonly maxLength: number;
  private readonly decoder = new TextDecoder();
  /** Text after the last line end. */
  private rest = '';
  private data: string | undefined;
  private event: string | undefined;
  /** Whether the last chunk ended with CR: a LF at the start of the next one belongs to it. */
  private endsWithCr = false;

  /** `maxLength`: maximum number of characters of a message. A longer one throws `protocol` for `target`. */
  constructor(onMessage: OnMessage, target = 'the server', maxLength: number = MAX_MESSAGE) {
    this.onMessage = onMessage;
    this.target = target;
    this.maxLength = maxLength;
  }

  /** Decodes bytes, which may end anywhere, also within a character. */
  push(bytes: Uint8Array): void {
    this.read(this.decoder.decode(bytes, { stream: true }));
  }

  /** Ends the stream. As the standard requires, a message without a blank line after it is dropped. */
  end(): void {
    this.read(this.decoder.decode());
  }

  private read(decoded: string): void {
    const chunk = this.endsWithCr && decoded.startsWith('\n') ? decoded.slice(1) : decoded;
    if (decoded !== '') this.endsWithCr = decoded.endsWith('\r');
    if (!/[\r\n]/.test(chunk)) {
      this.rest += chunk;
      this.checkLength(this.rest);
      return;
    }
    const { data, event } = this;
    const lines = (this.rest + chunk).split(/\r\n|[\r\n]/);
    this.rest = copyText(lines.pop() ?? '');
    for (const line of lines) this.line(line);
    // Fields of an incomplete message must not keep the text of this chunk in memory.
    if (this.event !== undefined && this.event !== event) this.event = copyText(this.event);
    if (this.data !== undefined && data === undefined) this.data = copyText(this.data);
    this.checkLength(this.rest);
    if (this.data !== undefined) this.checkLength(this.data);
  }

  private checkLength({ length }: string): void {
    if (length <= this.maxLength) return;
    const { target } = this;
    const message = `${target} sent a message of more than ${this.maxLength} characters`;
    throw new LlmError('protocol', message, { target, code: 'message-too-long', path: '' });
  }

  private line(line: string): void {
    if (line === '') {
      this.dispatch();
      return;
    }
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') this.data = this.data === undefined ? value : `${this.data}\n${value}`;
    else if (name === 'event') this.event = value;
  }

  private dispatch(): void {
    const { data, event } = this;
    this.data = undefined;
    this.event = undefined;
    if (data !== undefined) this.onMessage(data, event);
  }
}

/** Framing of server-sent events. */
export const SSE: Framing = {
  mediaType: /event-stream|^$/i,
  decoder: (onMessage, target) => new SseDecoder(onMessage, target),
};

/** Yields the messages of a body. Leaving the loop cancels the body. */
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

/** Receives the data of a message and the name of its event, if it has one. */
export type OnMessage = (data: string, event: string | undefined) => void;

/** Synchronous decoder of bytes to messages. */
export interface BodyDecoder {
  /** Decodes bytes, which may end anywhere. */
  push(bytes: Uint8Array): void;
  /** Called after the last byte. */
  end(): void;
}

/** Format that separates the messages of a streamed body. */
export interface Framing {
  /** Content types of the body. Some local servers send none. */
  readonly mediaType: RegExp;
  /** Whether a body of a JSON type may contain messages: proxies change types. A single JSON value has precedence. */
  readonly mayBeJson?: boolean | undefined;
  /** Creates a decoder. Its errors name the `target`. */
  decoder(onMessage: OnMessage, target: string): BodyDecoder;
}

/** Returns the string in separate memory. The result of `slice` can keep the complete original string in memory. */
export function copyText(text: string): string {
  // Engines copy a concatenated string when it is sliced.
  return ` ${text}`.slice(1);
}
