import type { Answer } from '@majordomo/testing/internal';
import type { ScriptedFault } from '../server/vendor-server.ts';

/** Work of a job. */
export interface JobPlan {
  /** Answer of the job. `@default 'an answer'` */
  readonly answer?: Answer | string | undefined;
  /** Number of requests of the step `look` that find the job unfinished. `@default 0` */
  readonly looks?: number | undefined;
  /** Number of events after which the job waits for `release`; the job is unfinished until then. `@default` it does not wait */
  readonly holdAt?: number | undefined;
  /** Failure after `holdAt` events, or after all events of the content. `cancelled`: the vendor cancels the job. */
  readonly fails?: { readonly code: string; readonly message: string } | 'cancelled' | undefined;
}

/** Job as the server stores it. */
export interface ServerJob {
  /** Id of the job. */
  readonly id: string;
  /** Body of the request that created the job. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Status of the job, as the vendor reports it. */
  readonly status: 'queued' | 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled';
  /** Whether the client has deleted the job, or the server has deleted it after its time. */
  readonly isDeleted: boolean;
  /** Lets a job continue that waits because of `holdAt`, for this number of events. `@default` until its end */
  release(events?: number): void;
}

/** Purpose of a request to the server. `look`: requests the state of a job. `live`: a call that is not a job. */
export type JobStep = 'start' | 'look' | 'stream' | 'cancel' | 'remove' | 'live';

/** Request to the server. */
export interface JobRequest {
  /** Purpose of the request. */
  readonly step: JobStep;
  /** HTTP method. */
  readonly method: string;
  /** Path without the query and without `/openai`. */
  readonly path: string;
  /** Query of the URL. */
  readonly query: URLSearchParams;
  /** Headers with masked credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body as parsed JSON; `undefined` for a request without a JSON body. */
  readonly body: unknown;
}

/**
 * Fault of the server. `drop`: it closes the connection without a response. `status`: it responds with this error. `cutAfter`: it
 * closes the connection after this number of events of a stream.
 */
export type JobFault = ScriptedFault | { readonly cutAfter: number };
