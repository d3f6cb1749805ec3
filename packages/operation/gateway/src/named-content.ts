import type { ChatRequest, ImagePart } from '@majordomo/core';
import { contentSize, withContents } from '@majordomo/core/toolkit';
import type { RequestContext } from './context.ts';
import { Refusal, whileConnected } from './errors/refusal.ts';
import { partOf, type FileSource } from './files/caller-files.ts';
import type { ResponseSource, StoredResponse } from './response-store.ts';
import type { FetchMedia, Settings } from './options.ts';
import { invalid } from './parsing/fields.ts';
import { refuseFile, refuseUrl, type Media, type NamedPart } from './parsing/media.ts';

/** Maximum number of parallel loads of a request. */
const MAX_PARALLEL = 4;

/** Image that replaces media until they are loaded. */
const PLACEHOLDER: ImagePart = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array() };

/** Loads something that a request names. `signal` aborts if the client disconnects or if another load fails. */
type Load = (signal: AbortSignal) => Promise<void>;

/**
 * Loader of everything that a request names instead of contains: media by URL, files by id, stored responses, and
 * tools. A parser gets a placeholder for a name that is not loaded yet. After `load`, the request is parsed again. The size of everything
 * that is loaded is limited, because a small request may name large or many objects.
 */
export class NamedContent implements Media {
  private readonly settings: Pick<Settings, 'fetchMedia' | 'maxBodyBytes' | 'maxUrls'>;
  private readonly signal: AbortSignal;
  private readonly source: ResponseSource | undefined;
  private readonly files: FileSource | undefined;
  /** Loaded media by URL or id. */
  private readonly media = new Map<string, NamedPart>();
  private readonly responses = new Map<string, StoredResponse>();
  /** Other loaded values by name. */
  private readonly values = new Map<string, unknown>();
  private readonly pending = new Map<string, Load>();
  /** Path at which each URL, or id of media, was first used. `maxUrls` limits their number. */
  private readonly paths = new Map<string, string>();
  /** Size of everything that is loaded, in bytes. */
  private loadedBytes = 0;
  /** URLs and ids of loaded media that the current parse has used. */
  private readonly used = new Set<string>();
  /** Size of the media that the current parse has used repeatedly, because the vendor receives them repeatedly. */
  private repeatedBytes = 0;

  constructor(
    { request }: Pick<RequestContext, 'request'>,
    settings: Pick<Settings, 'fetchMedia' | 'maxBodyBytes' | 'maxUrls'>,
    /** Stored responses; `undefined` if the gateway stores none. */
    source: ResponseSource | undefined,
    /** Files of the caller; `undefined` if the gateway stores none. */
    files?: FileSource,
  ) {
    this.settings = settings;
    this.signal = request.signal;
    this.source = source;
    this.files = files;
  }

  /** Whether everything that the last parse named is loaded. */
  get isComplete(): boolean {
    return this.pending.size === 0;
  }

  byUrl(url: string, path: string): NamedPart {
    const { fetchMedia } = this.settings;
    if (fetchMedia === undefined) return refuseUrl(path);
    return this.named(url, path, (signal) => this.fetchMedia(fetchMedia, url, path, signal));
  }

  byFile(id: string, path: string): NamedPart {
    const { files } = this;
    if (files === undefined) return refuseFile(path);
    return this.named(id, path, () => this.readFile(files, id, path));
  }

  /** Returns loaded media, or a placeholder until `load` has returned them. */
  private named(name: string, path: string, load: (signal: AbortSignal) => Promise<NamedPart>): NamedPart {
    const part = this.media.get(name);
    if (part !== undefined) {
      if (this.used.has(name)) this.repeatedBytes += contentSize(part);
      this.used.add(name);
      this.checkSize();
      return part;
    }
    if (!this.paths.has(name)) {
      this.paths.set(name, path);
      this.pending.set(name, async (signal) => {
        const loaded = await load(signal);
        this.loadedBytes += contentSize(loaded);
        this.checkSize();
        this.media.set(name, loaded);
      });
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

  /**
   * Returns the result of `load`, or `undefined` until it is loaded. `name`: name of the value, unique in the request. `urlPath`: path of
   * the URL from which the value is loaded. The value then counts as media do.
   */
  value<T>(name: string, load: (signal: AbortSignal) => Promise<T>, urlPath?: string): T | undefined {
    if (!this.values.has(name)) {
      // The prefix distinguishes names of values from URLs and ids.
      if (urlPath !== undefined) this.paths.set(`value ${name}`, urlPath);
      this.pending.set(`value ${name}`, async (signal) => {
        const value = await load(signal);
        if (urlPath !== undefined) this.countLoaded(value);
        this.values.set(name, value);
      });
    }
    return this.values.get(name) as T | undefined;
  }

  /**
   * Loads everything that `draft` names, and returns the result of the last parse. A loaded response may name further media.
   * `draft`: result of the first parse.
   */
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
    const excess = [...this.paths.values()][maxUrls];
    if (excess !== undefined)
      invalid(excess, `is more than the maximum of ${maxUrls} URLs and files in a request; name fewer`);
    // All workers take their loads from one iterator.
    const loads = [...this.pending.values()].values();
    this.pending.clear();
    const failure = new AbortController();
    const signal = AbortSignal.any([this.signal, failure.signal]);
    const runWorker = async (): Promise<void> => {
      for (const load of loads) {
        if (signal.aborted) return;
        await load(signal);
      }
    };
    try {
      await Promise.all(Array.from({ length: MAX_PARALLEL }, runWorker));
    } catch (error) {
      failure.abort();
      throw error;
    }
    if (this.signal.aborted) throw new Refusal('aborted', 'the client closed the connection');
  }

  private async fetchMedia(
    fetchMedia: FetchMedia,
    url: string,
    path: string,
    signal: AbortSignal,
  ): Promise<NamedPart> {
    try {
      return await whileConnected(() => fetchMedia(url, { signal }), this.signal);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new Refusal('invalid-request', `${path}: the URL could not be fetched; send the data`, { path });
    }
  }

  private async readFile(files: FileSource, id: string, path: string): Promise<NamedPart> {
    const file = await files.get(id);
    if (file !== undefined) this.checkSize(file.size);
    const content = file && (await files.blobOf(file));
    if (file === undefined || content === undefined)
      throw new Refusal('invalid-request', `${path} is not the id of a stored file`, { path });
    return partOf(file, content);
  }

  private async loadResponse(id: string, notFound: () => Refusal): Promise<void> {
    const stored = await this.source?.get(id);
    if (stored === undefined) throw notFound();
    this.countLoaded(stored);
    this.responses.set(id, stored);
  }

  private countLoaded(value: unknown): void {
    this.loadedBytes += new TextEncoder().encode(JSON.stringify(value)).byteLength;
    this.checkSize();
  }

  /** Throws a refusal if more is loaded than a request may name. `more`: bytes that would be loaded in addition. */
  private checkSize(more = 0): void {
    const { maxBodyBytes } = this.settings;
    if (this.loadedBytes + this.repeatedBytes + more > maxBodyBytes)
      throw new Refusal(
        'too-large',
        `the media, files, stored responses and tools that the request names must not be larger than ${maxBodyBytes} bytes in total; name fewer`,
      );
  }
}

/**
 * Returns a request with a short text in place of each placeholder. The price of a placeholder would be higher than that of a small
 * file.
 */
export const withoutPlaceholders = (request: ChatRequest): ChatRequest => ({
  ...request,
  messages: request.messages.map((message) =>
    withContents(message, (part) => [part === PLACEHOLDER ? { type: 'text', text: '…' } : part]),
  ),
});
