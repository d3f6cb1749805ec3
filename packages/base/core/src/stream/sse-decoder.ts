import { LlmError } from '../types/llm-error.ts';

/** Receives the data of a message and, if the message names an event, this name. */
type SseListener = (data: string, event: string | undefined) => void;

/** Maximum length of a message in characters. An image in base64 is one message. */
const MAX_MESSAGE = 64 * 1024 * 1024;

/**
 * Decoder of server-sent events according to the WHATWG standard. LF, CRLF and CR end a line. Several `data` lines are joined
 * with LF. Comments and other fields, also `id` and `retry`, are ignored. Calls `onMessage` synchronously for each message.
 */
export class SseDecoder {
  private readonly onMessage: SseListener;
  private readonly target: string;
  private readonly maxLength: number;
  private readonly decoder = new TextDecoder();
  /** Text after the last line end. */
  private rest = '';
  private data: string | undefined;
  private event: string | undefined;
  /** Whether the last chunk ended with CR. An LF at the start of the next chunk then belongs to that CR. */
  private endsWithCr = false;

  /** @param maxLength maximum number of characters of a message. For a longer message, `protocol` is thrown with this `target` */
  constructor(onMessage: SseListener, target = 'the server', maxLength: number = MAX_MESSAGE) {
    this.onMessage = onMessage;
    this.target = target;
    this.maxLength = maxLength;
  }

  /** Decodes a chunk of bytes. The chunk may end anywhere, even within a character. */
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
    const lines = (this.rest + chunk).split(/\r\n|[\r\n]/);
    this.rest = copyText(lines.pop() ?? '');
    // The lines up to the last blank line are those of complete messages.
    for (const line of lines.splice(0, lines.lastIndexOf('') + 1)) this.line(line);
    // Copy the lines of an incomplete message, so that the text of this chunk can be released.
    for (const line of lines) this.line(copyText(line));
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

/** Returns the string in separate memory, because the result of `slice` can keep the complete original string in memory. */
export function copyText(text: string): string {
  // Engines copy a concatenated string when it is sliced.
  return ` ${text}`.slice(1);
}
