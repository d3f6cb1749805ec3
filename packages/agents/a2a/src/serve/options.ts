import { atLeast } from '@majordomo/core/toolkit';
import type { AgentCard } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';
import type { Agent, AgentEvent } from '@majordomo/agent';
import type { Clock } from '@majordomo/core';
import type { KindsOf } from '@majordomo/core/toolkit';
import type { RecordStore } from '@majordomo/records';

/** Caller of a served agent. */
export interface A2aCaller {
  /** Id of the caller that the application has authenticated, at least 1 character. */
  readonly user: string;
}

/** Options of `serveA2a`. */
export interface ServeA2aOptions {
  /**
   * Agent to serve. Its tools receive the result of `authorize` as `ToolContext.context`, and its runs have the id of the task as
   * `runId`.
   */
  readonly agent: Pick<Agent, 'run' | 'stream'>;
  /** Public address of the endpoint, such as `https://support.example.com/a2a`. Other paths receive the status 404. */
  readonly url: string;
  /**
   * Card of the agent, which everyone can read. Its `supportedInterfaces` are always the endpoint at `url`. Default of
   * `securitySchemes`: a bearer token. Default of `securityRequirements`: any one of the schemes.
   */
  readonly card: Pick<AgentCard, 'name' | 'description' | 'version'> & Partial<AgentCard>;
  /**
   * Returns the caller of a request, or `undefined` for the status 401. The tasks, conversations and webhooks of another caller do
   * not exist for a caller. A caller approves or denies the calls of its tasks.
   */
  readonly authorize: (request: Request) => A2aCaller | undefined | Promise<A2aCaller | undefined>;
  /**
   * Store of tasks, conversations, waiting runs and webhooks, in spaces that begin with `a2a/`. Values are secret, and expire 7 days after
   * their last change. All processes that serve the agent must share the store.
   * @default memory of this process, at most 1,000 runs
   */
  readonly records?: RecordStore | undefined;
  /**
   * Task store of the A2A SDK, such as its stores in a database, for more than 1,000 tasks per caller. It must separate the tasks of
   * callers by the user and the tenant of the context, as the stores of the SDK do.
   * @default tasks are stored in `records`, and the list contains the newest 1,000 tasks of a caller
   */
  readonly tasks?: TaskStore | undefined;
  /** Notifications about tasks. `allow`: whether a webhook address may receive them. @default no push notifications */
  readonly push?: A2aPush | undefined;
  /**
   * Maximum number of elements of all arrays of a request together. A request with more elements, more than ten times as many object
   * members, 500 levels or 10 MiB is refused before it is parsed. @default 10_000
   */
  readonly maxElements?: number | undefined;
  /**
   * Maximum number of running tasks of a caller in each process. A message that starts a further task is refused. Twice as many
   * requests and streams of a caller can be in progress. Further requests receive the status 429. @default 100
   */
  readonly maxRunning?: number | undefined;
  /** Receives the events of all runs. Errors that the function throws are ignored. */
  readonly onEvent?: ((event: AgentEvent) => void) | undefined;
  /** Receives the errors of failed runs, of `authorize`, of the store and of webhooks, for the server's log. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Clock of leases and times. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Notifications of `serveA2a`. */
export interface A2aPush {
  /**
   * Whether a webhook address may receive notifications. Only addresses with https whose host is public are passed to the function.
   * Redirects are not followed.
   */
  readonly allow: (url: URL) => boolean;
}

/** Server of an agent. */
export interface A2aServer {
  /** Answers a request for the card or the endpoint. */
  fetch(request: Request): Promise<Response>;
  /** Aborts the running tasks, whose state becomes `failed`. Later requests of the endpoint receive the status 503. */
  close(): Promise<void>;
}

export const KINDS: KindsOf<ServeA2aOptions> = {
  agent: 'object with stream',
  url: 'string',
  card: { name: 'string', description: 'string', version: 'string' },
  authorize: 'function',
  records: 'object with write',
  tasks: 'object with load',
  push: 'object with allow',
  maxElements: atLeast(1),
  maxRunning: atLeast(1),
  onEvent: 'function',
  onError: 'function',
  clock: 'object with now',
};
