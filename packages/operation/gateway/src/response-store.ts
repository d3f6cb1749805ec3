import { systemClock } from '@majordomo/core';
import { withTimeout } from '@majordomo/core/toolkit';
import { layoutOf } from '@majordomo/records';
import { storeRefusal, whileConnected } from './errors/refusal.ts';
import type { Caller, ResponsesOptions } from './options.ts';

/** Object of a request or response, as JSON contains it. */
export type Json = Readonly<Record<string, unknown>>;

/** Stored response. `input` contains only the items that its request added, not those of earlier responses. */
export interface StoredResponse {
  /** Tenant that may read the response, or `null` for callers without a tenant. */
  readonly owner: string | null;
  /** Id of the key that may read the response, if its caller has a key but no tenant. */
  readonly key?: string | undefined;
  /** Ids of the responses that the response continues, oldest first. */
  readonly ancestors: readonly string[];
  readonly input: readonly Json[];
  /** Response as the client received it. */
  readonly response: Json & { readonly output: readonly Json[] };
  /** Request of a background response without its input. The events of the response are written from it. */
  readonly job?: Json | undefined;
}

/** Stored response with the version of its record, which changes when a request replaces it. */
export interface VersionedResponse {
  readonly stored: StoredResponse;
  readonly version: number;
}

/** Source of the responses that a caller may read. */
export interface ResponseSource {
  /** Returns a response in its current state, or `undefined` if it is unknown. */
  get(id: string): Promise<StoredResponse | undefined>;
}

/** Whether the answer of a background response is not available yet. */
export const isUnfinished = ({ response: { status } }: Pick<StoredResponse, 'response'>): boolean =>
  status === 'queued' || status === 'in_progress';

/** Maximum wait for the store, in milliseconds. */
const TIMEOUT_MS = 2000;
const KEEP_MS = 30 * 86_400_000;
/** Format of the records: their name in errors, and their version. */
const LAYOUT = layoutOf<StoredResponse>('the response', 1);

/**
 * Responses of the caller's tenant, or of the caller's key if the caller has no tenant. All callers without both are one owner. A
 * response of another owner is treated like an unknown response.
 */
export class ResponseStore implements ResponseSource {
  private readonly options: ResponsesOptions;
  private readonly owner: Pick<StoredResponse, 'owner' | 'key'>;
  private readonly signal: AbortSignal;

  /** @param signal signal that ends the wait for the store, because the client has disconnected */
  constructor(options: ResponsesOptions, { tenant, key }: Caller, signal: AbortSignal) {
    this.options = options;
    this.owner = tenant === undefined && key !== undefined ? { owner: null, key } : { owner: tenant ?? null };
    this.signal = signal;
  }

  /** Returns a response, or `undefined` if it is unknown. Throws an `unavailable` refusal if the store fails. */
  async get(id: string): Promise<StoredResponse | undefined> {
    return (await this.load(id))?.stored;
  }

  /** Returns a response with its version, as `get` does. */
  async load(id: string): Promise<VersionedResponse | undefined> {
    if (!isResponseId(id)) return undefined;
    const loaded = await this.run('read', async ({ records }) => {
      const record = await records.get(spaceOf(id), id);
      return record && { stored: LAYOUT.read(id, record.value), version: record.version };
    });
    const { owner, key } = this.owner;
    return loaded?.stored.owner === owner && loaded.stored.key === key ? loaded : undefined;
  }

  /**
   * Stores a response. Returns false if the stored one has another version than `version`, because another request has replaced or deleted
   * it. Throws an `unavailable` refusal if the store fails.
   */
  async put(id: string, stored: Omit<StoredResponse, 'owner' | 'key'>, version?: number): Promise<boolean> {
    const value = LAYOUT.write({ ...stored, ...this.owner });
    const versions = await this.run('write', ({ records, keepMs = KEEP_MS }) =>
      records.write(spaceOf(id), [{ type: 'put', key: id, version, value, keepMs }]),
    );
    return versions !== undefined;
  }

  /** Deletes a response, whose owner is not checked again. Throws an `unavailable` refusal if the store fails. */
  async delete(id: string): Promise<void> {
    await this.run('delete', ({ records }) => records.write(spaceOf(id), [{ type: 'remove', key: id }]));
  }

  /** Returns the store's result. Throws an `unavailable` refusal if the store fails or does not respond within `TIMEOUT_MS`. */
  private async run<T>(action: string, work: (options: ResponsesOptions) => Promise<T>): Promise<T> {
    try {
      const working = whileConnected(() => work(this.options), this.signal);
      return await withTimeout(working, TIMEOUT_MS, systemClock);
    } catch (cause) {
      throw storeRefusal(`${action} stored responses`, cause);
    }
  }
}

/** Returns the input and output items of one response. */
export const itemsOf = ({ input, response }: Pick<StoredResponse, 'input' | 'response'>): readonly Json[] =>
  input.concat(response.output);

/** Returns whether a string has the form of a response id. */
const isResponseId = (id: string): boolean => /^resp_[0-9a-f]{32}$/.test(id);

/** Space of a response, by the first two digits of its id. Redis Cluster distributes the 256 spaces over its nodes. */
const spaceOf = (id: string): string => `responses/${id.slice(5, 7)}`;
