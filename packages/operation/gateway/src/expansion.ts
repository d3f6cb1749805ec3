import type { ChatRequest, FilePart, ImagePart, Message, TextPart } from '@majordomo/core';
import type { RequestContext } from './context.ts';
import { Refusal, whileConnected } from './errors/refusal.ts';
import type { ResponseSource, StoredResponse } from './response-store.ts';
import type { FetchMedia, Settings } from './options.ts';
import { invalid } from './parsing/fields.ts';
import { refuseUrl, type Media } from './parsing/media.ts';

/** Maximum number of parallel loads of a request. */
const MAX_PARALLEL = 4;

/** Image that replaces media until they are loaded. */
const PLACEHOLDER: ImagePart = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array() };

/** Loads something that a request names. `signal` aborts if the client disconnects or if another load fails. */
type Load = (signal: AbortSignal) => Promise<void>;

/**
 * Loader of everything that a request names instead of contains: media by URL, and stored responses. A parser gets a placeholder
 * for a name that is not loaded yet. After `load`, the request is parsed again. The size of everything that is loaded is limited,
 * because a small request may name large or many objects.
 */
export class Expansion implements Media {
  private readonly settings: Pick<Settings, 'fetchMedia' | 'maxBodyBytes' | 'maxUrls'>;
  private readonly signal: AbortSignal;
  private readonly source: ResponseSource | undefined;
  private readonly media = new Map<string, ImagePart | FilePart>();
  private readonly responses = new Map<string, StoredResponse>();
  private readonly pending = new Map<string, Load>();
  /** Path at which each URL was first used. */
  private readonly paths = new Map<string, string>();
  /** Size of everything that is loaded, in bytes. */
  private loadedBytes = 0;
  /** URLs of loaded media that the current parse has used. */
  private readonly used = new Set<string>();
  /** Size of the media that the current parse has used repeatedly, because the vendor receives them repeatedly. */
  private repeatedBytes = 0;

  constructor(
    { request }: Pick<RequestContext, 'request'>,
    settings: Pick<Settings, 'fetchMedia' | 'maxBodyBytes' | 'maxUrls'>,
    /** Stored responses; `undefined` if the gateway stores none. */
    source: ResponseSource | undefined,
  ) {
    this.settings = settings;
    this.signal = request.signal;
    this.source = source;
  }

  /** Whether everything that the last parse named is loaded. */
  get isComplete(): boolean {
    return this.pending.size === 0;
  }

  byUrl(url: string, path: string): ImagePart | FilePart {
    const { fetchMedia } = this.settings;
    if (fetchMedia === undefined) return refuseUrl(path);
    const part = this.media.get(url);
    if (part !== undefined) {
      if (this.used.has(url)) this.repeatedBytes += part.bytes.byteLength;
      this.used.add(url);
      this.checkSize();
      return part;
    }
    if (!this.paths.has(url)) {
      this.paths.set(url, path);
      this.pending.set(url, (signal) => this.loadMedia(fetchMedia, url, path, signal));
    }
    return PLACEHOLDER;
  }

  /**
   * Returns a stored response of the caller, or `undefined` until the response is loaded. If the store does not have the response,
   * `load` rejects with the result of `notFound`.
   */
  response(id: string, notFound: () => Refusal): StoredResponse | undefined {
    const stored = this.responses.get(id);
    if (stored === undefined && !this.pending.has(id))
      this.pending.set(id, () => this.loadResponse(id, notFound));
    return stored;
  }

  /** Loads everything that `draft` names, and returns the result of the last parse. `draft`: result of the first parse. */
  async complete<T>(draft: T, parse: () => T): Promise<T> {
    let parsed = draft;
    while (!this.isComplete) {
      await this.load();
      this.used.clear();
      this.repeatedBytes = 0;
      parsed = parse();
    }
    return parsed;
  }

  /** Loads everything that the last parse named. Rejects above a limit, or with the first failure. */
  private async load(): Promise<void> {
    const { maxUrls } = this.settings;
    const excess = [...this.paths.values()].find((_, position) => position >= maxUrls);
    if (excess !== undefined)
      invalid(excess, `is more than the maximum of ${maxUrls} URLs in a request; send the data`);
    const loads = [...this.pending.values()].values();
    this.pending.clear();
    const failure = new AbortController();
    const signal = AbortSignal.any([this.signal, failure.signal]);
    const loadInOrder = async (): Promise<void> => {
      for (const load of loads) {
        if (signal.aborted) return;
        await load(signal);
      }
    };
    try {
      await Promise.all(Array.from({ length: MAX_PARALLEL }, loadInOrder));
    } catch (error) {
      failure.abort();
      throw error;
    }
    if (this.signal.aborted) throw new Refusal('aborted', 'the client closed the connection');
  }

  private async loadMedia(
    fetchMedia: FetchMedia,
    url: string,
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    let part: ImagePart | FilePart;
    try {
      part = await whileConnected(() => fetchMedia(url, { signal }), this.signal);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new Refusal('invalid-request', `${path}: the URL could not be fetched; send the data`, { path });
    }
    this.loadedBytes += part.bytes.byteLength;
    this.checkSize();
    this.media.set(url, part);
  }

  private async loadResponse(id: string, notFound: () => Refusal): Promise<void> {
    const stored = await this.source?.get(id);
    if (stored === undefined) throw notFound();
    this.loadedBytes += new TextEncoder().encode(JSON.stringify(stored)).byteLength;
    this.checkSize();
    this.responses.set(id, stored);
  }

  private checkSize(): void {
    const { maxBodyBytes } = this.settings;
    if (this.loadedBytes + this.repeatedBytes > maxBodyBytes)
      throw new Refusal(
        'too-large',
        `the media and stored responses that the request names must not be larger than ${maxBodyBytes} bytes in total; name fewer`,
      );
  }
}

/**
 * Returns a request with a short text in place of each placeholder. The price of a placeholder would be higher than that of a small
 * file.
 */
export const withoutPlaceholders = (request: ChatRequest): ChatRequest => ({
  ...request,
  messages: request.messages.map((message): Message => {
    if (message.role === 'user') return { ...message, parts: message.parts.map(textFor) };
    if (message.role !== 'tool') return message;
    const parts = message.parts.map((part) => ({ ...part, content: part.content.map(textFor) }));
    return { ...message, parts };
  }),
});

const textFor = <Part extends object>(part: Part): Part | TextPart =>
  (part as object) === PLACEHOLDER ? { type: 'text', text: '…' } : part;
