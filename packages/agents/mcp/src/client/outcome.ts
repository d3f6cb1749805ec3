import type { Clock } from '@majordomo/core';
import type { CallToolResult, Client, RequestOptions } from '@modelcontextprotocol/client';
import type { PendingInput, ServerRequests } from '../server-requests/handlers.ts';
import type { IdleTimeout } from './idle-timeout.ts';

/** Outcome of a call: a result, questions to the user, a task that still runs on the server, or a login. */
export type CallOutcome =
  | { readonly type: 'result'; readonly result: CallToolResult }
  | ({ readonly type: 'questions'; readonly requestState: string | undefined } & PendingInput)
  | {
      readonly type: 'task';
      readonly taskId: string;
      readonly questions?: PendingInput['questions'] | undefined;
    }
  | { readonly type: 'login'; readonly scopes: string | undefined };

/** Function that sends requests with a client, within the time limits of a call. */
export type Work<T> = (client: Client, options: RequestOptions) => Promise<T>;

/** Connection and time limits of a call. */
export interface CallIo {
  readonly connection: {
    readonly label: string;
    readonly clock: Clock;
    readonly answers: ServerRequests;
    /** Ids of the tasks whose result is being requested in the background. */
    readonly openResults: Set<string>;
    /** Whether another login may add these scopes. */
    mayAdd(scopes: string): Promise<boolean>;
    requestLast(subject: string, work: Work<unknown>): void;
  };
  readonly timeout: Pick<IdleTimeout, 'signal' | 'touch'>;
  readonly send: <T>(work: Work<T>) => Promise<T>;
}
