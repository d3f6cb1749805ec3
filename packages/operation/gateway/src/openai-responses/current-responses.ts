import type { Background, ChatJob, JobStatus } from '@majordomo/background';
import { LlmError } from '@majordomo/core';
import { isTransientFailure } from '@majordomo/core/toolkit';
import type { GatewayContext, RequestContext } from '../context.ts';
import { Refusal, storeRefusal } from '../errors/refusal.ts';
import { refusalOf } from '../errors/refusal-of.ts';
import { reportToOperator } from '../errors/report.ts';
import {
  isUnfinished,
  ResponseStore,
  type ResponseSource,
  type StoredResponse,
  type VersionedResponse,
} from '../response-store.ts';
import { echoOf } from './background-request.ts';
import { completeResponse, failureOf } from './response.ts';
import { ResponseIds } from './response-ids.ts';

interface CurrentOptions {
  readonly store: ResponseStore;
  readonly background: Background | undefined;
  readonly tenant: string | undefined;
  /** Called with the error of a background response that has failed. */
  readonly onError: (error: unknown) => void;
}

/** Responses of a caller. The key of the job of a background response is the id of the response. */
export class CurrentResponses implements ResponseSource {
  readonly store: ResponseStore;
  private readonly options: CurrentOptions;

  constructor(options: CurrentOptions) {
    this.options = options;
    this.store = options.store;
  }

  /** Returns a response in its current state. Stores a background response when it is first seen ended. */
  async get(id: string): Promise<StoredResponse | undefined> {
    const loaded = await this.store.load(id);
    if (loaded === undefined) return undefined;
    const { stored } = loaded;
    if (stored.job === undefined || !isUnfinished(stored)) return stored;
    const job = await this.job(id);
    if (job === undefined) return undefined;
    const status = await whileStoreResponds(() => job.status());
    const { state } = status;
    if (state !== 'queued' && state !== 'running') return this.end(id, loaded, job, status);
    const inProgress = state === 'queued' ? 'queued' : 'in_progress';
    return { ...stored, response: { ...stored.response, status: inProgress } };
  }

  /** Returns the job of a background response, or `undefined` if the store does not contain it. */
  async job(id: string): Promise<ChatJob | undefined> {
    const { background, tenant } = this.options;
    if (background === undefined)
      throw new Refusal(
        'no-such-route',
        'this gateway makes no background responses; its operator must set `background` of createGateway',
      );
    return whileStoreResponds(() => background.open(id, { tenant })).catch((error: unknown) => {
      if (LlmError.is(error, 'not-found')) return undefined;
      throw error;
    });
  }

  /** Stores a response that has ended, unless another request has stored its end or deleted it. */
  private async end(
    id: string,
    { stored, version }: VersionedResponse,
    job: ChatJob,
    status: JobStatus,
  ): Promise<StoredResponse | undefined> {
    const ended = { ...stored, response: await this.endedResponse(id, stored, job, status) };
    return (await this.store.put(id, ended, version)) ? ended : this.store.get(id);
  }

  private async endedResponse(
    id: string,
    stored: StoredResponse,
    job: ChatJob,
    { state, error }: JobStatus,
  ): Promise<StoredResponse['response']> {
    // An error of `result` is one of the store, which the response must not end with.
    if (state === 'completed')
      return completeResponse(
        await whileStoreResponds(() => job.result()),
        echoOf(stored),
        new ResponseIds(id),
      );
    if (state === 'cancelled') return { ...stored.response, status: 'cancelled' };
    this.options.onError(error);
    return { ...stored.response, status: 'failed', error: failureOf(refusalOf(error)) };
  }
}

/** Returns the responses of a caller, or `undefined` if the gateway stores none. */
export function responsesOf(
  { caller, request, requestId }: Pick<RequestContext, 'caller' | 'request' | 'requestId'>,
  { settings }: Pick<GatewayContext, 'settings'>,
  signal: AbortSignal = request.signal,
): CurrentResponses | undefined {
  const { responses, background } = settings;
  if (responses === undefined) return undefined;
  return new CurrentResponses({
    store: new ResponseStore(responses, caller, signal),
    background,
    tenant: caller.tenant,
    onError: (error) => {
      reportToOperator(error, requestId, settings);
    },
  });
}

/** Returns the result of work on a job that has been started. Throws an `unavailable` refusal if the store of jobs fails. */
export const whileStoreResponds = <T>(work: () => Promise<T>): Promise<T> =>
  work().catch((cause: unknown) => {
    throw jobFailure(cause);
  });

/**
 * Returns the error of work on a job that has been started. A temporary failure is one of the store, because a job stores the failures of
 * its vendors. Any other `LlmError` concerns the job, such as one that does not exist.
 */
export const jobFailure = (cause: unknown): unknown =>
  LlmError.is(cause) && !isTransientFailure(cause) ? cause : storeRefusal('read background responses', cause);
