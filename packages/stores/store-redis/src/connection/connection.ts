import { LlmError, messageOf, type Clock } from '@majordomo/core';
import { invoke } from '@majordomo/core/toolkit';
import type { Client } from './client.ts';
import { evaluateScript, type Script } from './script.ts';

/** Minimum time between two test calls while Redis does not respond, in milliseconds. */
const RETRY_MS = 1000;
/** Time after the timeout in which a response is still accepted, in milliseconds, because the process may have been blocked. */
const GRACE_MS = 20;

/**
 * Connection with a time limit of `timeoutMs` for each call. The limit is necessary because clients wait indefinitely for a
 * connection and for the responses of a stalled server. Calls `prepare` after the client has connected, before the first command.
 */
export class Connection {
  private readonly client: Client;
  private readonly clock: Clock;
  private readonly timeoutMs: number;
  private readonly prepare: () => Promise<void>;
  private wasReady = false;
  private isPrepared = false;
  /** Whether a call has timed out since the last answer of Redis. */
  private isStalled = false;
  /** Time of the next test call while `isStalled` is true, in epoch milliseconds. Earlier calls fail immediately. */
  private retryAt = 0;

  constructor(
    client: Client,
    clock: Clock,
    timeoutMs: number,
    prepare: () => Promise<void> = async () => undefined,
  ) {
    this.client = client;
    this.clock = clock;
    this.timeoutMs = timeoutMs;
    this.prepare = prepare;
  }

  /** Runs a script. Rejects with `network` if Redis is not connected, `timeout` without a reply, or `server` if Redis fails. */
  run(script: Script, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    return this.withTimeout(() => this.evaluate(script, keys, values));
  }

  /** Runs a script without a timeout. Call it inside `withTimeout`. */
  evaluate(script: Script, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    return evaluateScript(this.client, script, keys, values);
  }

  /** Runs a function with one timeout for all its commands. */
  withTimeout<T>(work: () => Promise<T>): Promise<T> {
    const down = this.downError();
    if (down !== undefined) return Promise.reject(down);
    // While Redis does not respond, this call is the test call, and further calls fail until the next one.
    if (this.isStalled) this.retryAt = this.clock.now() + RETRY_MS;
    return new Promise<T>((resolve, reject) => {
      const late = (cause?: unknown): void => {
        this.isStalled = true;
        this.retryAt = this.clock.now() + RETRY_MS;
        const why =
          cause === undefined
            ? `Redis did not answer within ${this.timeoutMs} ms; check its load or raise timeoutMs`
            : 'Redis did not answer within the timeout of its client; check its load or raise the timeout of commands';
        reject(new LlmError('timeout', why, {}, { cause }));
      };
      let cancel = this.clock.timer(this.timeoutMs, () => {
        cancel = this.clock.timer(GRACE_MS, () => late());
      });
      Promise.resolve(invoke(() => this.whenReady(work))).then(
        (answer) => {
          cancel();
          this.isStalled = false;
          resolve(answer);
        },
        (error: unknown) => {
          cancel();
          if (isTimeout(error)) {
            late(error);
            return;
          }
          const failure = LlmError.is(error) ? error : commandError(error);
          // Redis has answered, although with an error such as `OOM`.
          if (failure.kind === 'server') this.isStalled = false;
          reject(failure);
        },
      );
    });
  }

  /** Waits for the first connection and for `prepare`, then runs the function. */
  private async whenReady<T>(work: () => Promise<T>): Promise<T> {
    if (!this.wasReady && !this.client.isReady()) await ready(this.client);
    this.wasReady = true;
    if (!this.isPrepared) await this.prepare();
    this.isPrepared = true;
    return work();
  }

  /**
   * Returns the error of a call that must not be sent. A disconnected client could send a queued command after its timeout. A call
   * to a Redis that does not respond would only wait, so it is sent only as a test call.
   */
  private downError(): LlmError | undefined {
    if (this.wasReady && !this.client.isReady())
      return new LlmError('network', 'Redis is not connected; check the server and the client');
    if (!this.isStalled || this.clock.now() >= this.retryAt) return undefined;
    return new LlmError(
      'timeout',
      'Redis does not respond; retry after a second, when the connection is tested again',
    );
  }
}

const readiness = new WeakMap<Client, Promise<void>>();

/** Returns a promise that resolves at the client's next connection. All callers share one listener per client. */
function ready(client: Client): Promise<void> {
  const first =
    readiness.get(client) ??
    new Promise<void>((resolve) => {
      const stop = client.onReady(() => {
        stop();
        readiness.delete(client);
        resolve();
      });
    });
  readiness.set(client, first);
  return first;
}

/** Whether the error is a timeout of the client, which may be shorter than `timeoutMs`. */
const isTimeout = (error: unknown): boolean =>
  error instanceof Error && /\btimed? ?out\b/i.test(error.message);

/** Errors of a command whose slot is moving. ioredis sends the command to both nodes several times before it throws its own error. */
const MOVING = /^TRYAGAIN|^Too many Cluster redirections/;

/** Converts a command's error. Errors of Redis start with a code such as `OOM`. Other errors are failures of the connection. */
function commandError(cause: unknown): LlmError {
  const why = messageOf(cause);
  if (MOVING.test(why)) {
    const message =
      'Redis failed: the cluster is moving the slot of this data to another node; retry when the move has ended';
    return new LlmError('server', message, {}, { cause });
  }
  return /^[A-Z]+ /.test(why)
    ? new LlmError('server', `Redis failed: ${why}`, {}, { cause })
    : new LlmError('network', `the connection to Redis failed: ${why}`, {}, { cause });
}
