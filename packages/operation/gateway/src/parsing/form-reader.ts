import { abortable, ByteCollector, concatBytes, isFragmented } from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';
import { refuseFragments } from './body.ts';
import { invalid } from './fields.ts';
import { mediaTypeIn } from './media.ts';

/** Maximum size of the headers of a part, in bytes. */
const MAX_HEAD = 8192;
/** Maximum size of a field that is not a file, in bytes. */
const MAX_FIELD = 4096;

/** Maximum number of parts. An edit of 16 images has about 30. */
const MAX_PARTS = 50;

const LINE = new TextEncoder().encode('\r\n');
const HEAD_END = new TextEncoder().encode('\r\n\r\n');

/** Head of a part of a form. */
export interface FormPart {
  readonly name: string;
  /** Name of a file. `undefined` for another field. */
  readonly fileName: string | undefined;
  readonly mediaType: string | undefined;
}

/** Reader of a form (multipart/form-data). `chunk` reads a file in chunks, without the complete file in memory. */
export class FormReader {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly delimiter: Uint8Array;
  private readonly signal: AbortSignal;
  private readonly most: number;
  private readonly hold: (bytes: number) => void;
  /** Bytes that were received and are not read yet. A delimiter includes the line break before it, so the form begins with one. */
  private rest: Uint8Array = LINE;
  private received = 0;
  private chunkCount = 0;
  private parts = 0;
  /** Whether the content of a part has been read, and the head of the next part follows. */
  private isAtHead = false;

  /**
   * @param most maximum size of the body in bytes. A larger body is refused as soon as its size is known.
   * @param hold counts bytes before they are held, and may throw
   */
  constructor(request: Request, most: number, hold: (bytes: number) => void = () => undefined) {
    const type = request.headers.get('content-type') ?? '';
    const [, quoted, plain] =
      /^multipart\/form-data\s*;.*?boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type) ?? [];
    const boundary = quoted ?? plain;
    if (boundary === undefined || request.body === null) invalid('', 'must be a form (multipart/form-data)');
    this.most = most;
    this.hold = hold;
    if (Number(request.headers.get('content-length') ?? 0) > most) this.refuseSize();
    this.reader = request.body.getReader();
    this.signal = request.signal;
    this.delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
  }

  /** Returns the head of the next part, or `undefined` after the last one. Skips what is left of the content before it. */
  async next(): Promise<FormPart | undefined> {
    while (!this.isAtHead) await this.chunk();
    while (this.rest.length < LINE.length) await this.fill();
    // Two hyphens (45) after a delimiter end the form.
    const [first, second] = this.rest;
    if (first === 45 && second === 45) return undefined;
    const head = await this.until(HEAD_END, MAX_HEAD);
    const text = new TextDecoder().decode(head);
    const [, disposition = ''] = /^content-disposition:(.*)$/im.exec(text) ?? [];
    const [, mediaType = ''] = /^content-type:(.*)$/im.exec(text) ?? [];
    const parameters = parametersOf(disposition);
    const name = parameters.get('name');
    if (name === undefined) invalid('', 'is not a valid form');
    if (++this.parts > MAX_PARTS) invalid('', `must have at most ${MAX_PARTS} fields`);
    this.isAtHead = false;
    const fileName = extended(parameters.get('filename*')) ?? parameters.get('filename');
    return { name, fileName, mediaType: mediaTypeIn(mediaType) };
  }

  /** Returns the next chunk of the content of the part, or `undefined` after its end. */
  async chunk(): Promise<Uint8Array | undefined> {
    while (!this.isAtHead) {
      const end = indexOf(this.rest, this.delimiter);
      if (end === 0) {
        this.rest = this.rest.subarray(this.delimiter.length);
        this.isAtHead = true;
        return undefined;
      }
      // The end of the received bytes may be the beginning of a delimiter.
      const size = end === -1 ? this.rest.length - this.delimiter.length + 1 : end;
      if (size > 0) {
        const chunk = this.rest.subarray(0, size);
        this.rest = this.rest.subarray(size);
        return chunk;
      }
      await this.fill();
    }
    return undefined;
  }

  /** Returns the content of a part that is not a file. */
  async text(name: string): Promise<string> {
    const bytes = await this.bytes((size) => {
      if (size > MAX_FIELD) invalid(name, `must have at most ${MAX_FIELD} bytes`);
    });
    return new TextDecoder().decode(bytes);
  }

  /** Returns the content of the part. `checkSize` receives the size before each chunk is held. */
  async bytes(checkSize: (size: number) => void = () => undefined): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new ByteCollector();
    for (let chunk = await this.chunk(); chunk !== undefined; chunk = await this.chunk()) {
      checkSize(bytes.size + chunk.length);
      bytes.push(chunk);
    }
    return bytes.concat() as Uint8Array<ArrayBuffer>;
  }

  /** Stops reading the body. The server discards the rest. */
  stop(): void {
    this.reader.releaseLock();
  }

  private async until(pattern: Uint8Array, most: number): Promise<Uint8Array> {
    for (;;) {
      // Searches only the permitted length, because a chunk may contain the complete form.
      const at = indexOf(this.rest.subarray(0, most + pattern.length), pattern);
      if (at !== -1) {
        const found = this.rest.subarray(0, at);
        this.rest = this.rest.subarray(at + pattern.length);
        return found;
      }
      if (this.rest.length > most) invalid('', 'is not a valid form');
      await this.fill();
    }
  }

  private async fill(): Promise<void> {
    const { done, value } = await abortable(this.reader.read(), this.signal).catch(() => {
      throw new Refusal('aborted', 'the body is incomplete');
    });
    if (done) invalid('', 'is not a valid form; it ends before its last part');
    this.received += value.length;
    if (this.received > this.most) this.refuseSize();
    if (isFragmented(++this.chunkCount, this.received)) refuseFragments();
    this.hold(value.length);
    this.rest = concatBytes([this.rest, value]);
  }

  private refuseSize(): never {
    throw new Refusal('too-large', `the body must not be larger than ${this.most} bytes`);
  }
}

function indexOf(bytes: Uint8Array, pattern: Uint8Array): number {
  for (let at = 0; at + pattern.length <= bytes.length; at++) {
    let matching = 0;
    while (matching < pattern.length && bytes[at + matching] === pattern[matching]) matching++;
    if (matching === pattern.length) return at;
  }
  return -1;
}

const PARAMETER = /;\s*([\w*]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^\s";]*))/g;

/** Returns the parameters of a header. Values are quoted or tokens. Clients escape quotes and line breaks as URLs or strings do. */
const parametersOf = (header: string): ReadonlyMap<string, string> =>
  new Map(
    Array.from(header.matchAll(PARAMETER), ([, name = '', quoted, token = '']) => [
      name.toLowerCase(),
      (quoted ?? token).replace(/%(?:22|0D|0A)|\\"/gi, (escaped) =>
        escaped === '\\"' ? '"' : decodeURIComponent(escaped),
      ),
    ]),
  );

/** Returns the text of an extended parameter (RFC 8187), such as `UTF-8''na%C3%AFve.pdf`. */
function extended(value: string | undefined): string | undefined {
  const [, encoded] = /^utf-8'[^']*'(.*)$/i.exec(value ?? '') ?? [];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
