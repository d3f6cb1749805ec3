import type { BatchContext } from './batch.ts';
import type { LlmError } from './llm-error.ts';
import type { VideoFacts, VideoRequest } from './operations.ts';
import type { ImageLimits } from './target.ts';
import type { Usage } from './usage.ts';

/** Vendor's API for jobs. Each function sends one request, without retries, and throws `LlmError` (`not-found`: no such job). */
export interface JobBackend {
  /** Time after which an unfinished job is cancelled and has failed, in milliseconds. `timeouts.completeMs` replaces it. */
  readonly expiresMs: number;
  /** Days for which the vendor stores content because of the job. @default 0 */
  readonly retentionDays?: number | undefined;
  /** Returns the state of a job. */
  look(ref: string, context: BatchContext): Promise<JobLook>;
  /** Stops a job. Has no effect on a job that has ended. Absent if the vendor cannot stop jobs. */
  cancel?(ref: string, context: BatchContext): Promise<void>;
  /** Deletes the content of an ended job. Ignores a job that is already deleted. Absent if the vendor deletes nothing. */
  remove?(ref: string, context: BatchContext): Promise<void>;
}

/** State of a job at the vendor. */
export interface JobLook {
  /** State of the work. An unknown state of a vendor is `running`. */
  readonly state: 'queued' | 'running' | 'ended';
  /** Time before the next look that the vendor suggests, in milliseconds. */
  readonly pollMs?: number | undefined;
  /** Share of the work that is done, from 0 to 1; absent if the vendor does not report it. */
  readonly progress?: number | undefined;
  /**
   * Response of an ended chat, as a live call would receive it, also for a failure. Absent for a running job. May be available only
   * once.
   */
  readonly answer?: Response | undefined;
  /** Result of an ended video. Absent for a running job. */
  readonly video?: VideoEnd | undefined;
}

/** Result of a video that a vendor has ended: videos, or an error. */
export interface VideoEnd {
  /** Videos with the references for `VideoBackend.download`. */
  readonly videos: readonly (VideoFacts & { readonly ref: string })[];
  readonly error?: LlmError | undefined;
  readonly usage: Usage | undefined;
}

/** Vendor's API for chats that are answered in the background. */
export interface BackgroundBackend extends JobBackend {
  /**
   * Starts a job from the body and headers of a live call, and returns its reference. The text before the first `?` of the reference
   * is the vendor's id. `token` is an idempotency key, for vendors that support one.
   */
  start(body: string, headers: Headers, token: string, context: BatchContext): Promise<string>;
  /** Returns the server-sent events of a job after the cursor `after`, or all of them. Absent if the vendor does not stream jobs. */
  stream?(ref: string, after: string | undefined, context: BatchContext): Promise<Response>;
  /** Returns the cursor after an event of `stream`, from its data, and whether the event is the last. Required with `stream`. */
  readEvent?(data: string): JobEventFacts;
}

/** Facts about an event of a job's stream. */
export interface JobEventFacts {
  /** Cursor for `stream`; `undefined` if the event has none. */
  readonly cursor: string | undefined;
  /** Whether no further event follows. */
  readonly isLast: boolean;
}

/** Vendor's API for videos. */
export interface VideoBackend extends JobBackend {
  /** Settings of a request that the API has. Core drops others, with a warning. */
  readonly settings: readonly ('image' | 'seconds' | 'seed' | 'aspectRatio' | 'resolution')[];
  /** Limits of the first frame. @default unknown */
  readonly images?: ImageLimits | undefined;
  /**
   * Starts a video and returns its reference. The text before the first `?` of the reference is the vendor's id. `token` is an
   * idempotency key, for vendors that support one.
   */
  start(request: VideoRequest, token: string, context: BatchContext): Promise<string>;
  /** Returns the content of a video as the body of a response. Throws `not-found` if the vendor no longer has the video. */
  download(ref: string, context: BatchContext): Promise<Response>;
}
