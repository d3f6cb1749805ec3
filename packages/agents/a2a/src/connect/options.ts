import type { AgentCard } from '@a2a-js/sdk';
import type { Decision, RunState, Toolbox } from '@majordomo/agent';
import type { Clock, Credential } from '@majordomo/core';
import { type KindsOf, number } from '@majordomo/core/toolkit';

/** Options of `connectA2a`. */
export interface ConnectA2aOptions {
  /** Name of the toolbox and of its tool: 1 to 64 letters, digits, `_` and `-`. */
  readonly name: string;
  /**
   * Address of the agent, or of its card. If the path ends with `.json`, it is the address of the card. Otherwise the card is loaded from
   * `.well-known/agent-card.json` below the last slash: `https://example.com/agents/one/` has the card
   * `https://example.com/agents/one/.well-known/agent-card.json`.
   */
  readonly url: string;
  /**
   * Token that is sent as `Authorization: Bearer`, or a function that returns the token for each request. Only the origin of `url`
   * receives the token, also if the card names an endpoint of another origin. Requires https, or a loopback address.
   */
  readonly credential?: Credential | undefined;
  /** Function that sends the requests. @default `fetch`; another origin than that of `url` is reached at its checked address */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Maximum time of a task until it ends or requires input, in milliseconds. After this time the task is canceled, and the result
   * is an error. Must be finite.
   * @default 600_000
   */
  readonly totalMs?: number | undefined;
  /** Clock of time limits and polls. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Toolbox of a remote agent, with one tool. */
export interface A2aToolbox extends Toolbox, AsyncDisposable {
  /** Card of the agent. The remote agent is untrusted, so the card is not a proof of anything. */
  readonly card: AgentCard;
  /**
   * Sends answers to the questions of the remote agent, and returns decisions for the suspended calls whose tasks have ended. Keys
   * of `answers` are ids of calls as in `RunResult.awaiting`. Continue with the returned state, because it contains further
   * questions of the agent. Throws `invalid-request` before any request if no call of this agent waits for an answer.
   */
  settle(
    state: RunState,
    answers: Readonly<Record<string, string>>,
  ): Promise<{ readonly state: RunState; readonly decisions: readonly Decision[] }>;
  /** Aborts calls in progress, and cancels their tasks. */
  close(): Promise<void>;
}

/** Payload of a call that waits for an answer to a remote agent, in `RunState.suspended`. */
export interface A2aSuspension {
  readonly type: 'a2a-input';
  /** Name of the toolbox. */
  readonly agent: string;
  readonly taskId: string;
  readonly contextId: string;
  /** Question of the agent, at most 100,000 characters. The text is untrusted. */
  readonly message: string;
  /** Id of the question, because an agent can ask twice with the same text. Empty if the agent sent no id. */
  readonly questionId: string;
}

export const KINDS: KindsOf<ConnectA2aOptions> = {
  name: 'string',
  url: 'string',
  credential: 'string or function',
  fetch: 'function',
  totalMs: number(1),
  clock: 'object with now',
};
