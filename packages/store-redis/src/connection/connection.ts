import { LlmError, type Clock } from '@majordomo/core';
import type { Client } from './client.ts';
import { evaluateScript, type Script } from './script.ts';
import { TickingTimeout } from './pooled-timeout.ts';

/** Time between two tries of a Redis that does not answer, in milliseconds. */
const RETRY_MS = 1000;
/**
 * Time after a timeout in which a response that arrived while the process was blocked is still read, in
 * milliseconds.
 */
const GRACE_MS = 20;

/**
 * Connection with a maximum wait. Clients wait without limit for a connection, and for responses of a stalled
 * server. This class waits at most `timeoutMs`.
 */
export class Connection {
  private readonly client: Client;
  private readonly clock: Clock;
  private readonly timeoutMs: number;
  private readonly waits: TickingTimeout;
  private wasReady = false;
  /** Whether a call has timed out and none has succeeded since. */
  private isStalled = false;
  private retryAt = 0;

  constructor(client: Client, clock: Clock, timeoutMs: number) {
    this.client = client;
    this.clock = clock;
    this.timeoutMs = timeoutMs;
    this.waits = new TickingTimeout(clock, timeoutMs);
  }

  /**
   * Runs a script. Rejects with `network`, `timeout` or `server` if Redis is not connected, does not answer
   * or fails.
   */
  run(script: Script, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    return this.withTimeout(() => this.evaluate(script, keys, values));
  }

  /** Runs a script within `withTimeout`. */
  evaluate(script: Script, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    return evaluateScript(this.client, script, keys, values);
  }

  /** Runs a function with one timeout for all its commands. */
  withTimeout<T>(ask: () => Promise<T>): Promise<T> {
    const down = this.downError();
    if (down !== undefined) return Promise.reject(down);
    return new Promise<T>((resolve, reject) => {
      const late = (cause?: unknown): void => {
        this.isStalled = true;
        this.retryAt = this.clock.now() + RETRY_MS;
        const why = `Redis did not answer within ${this.timeoutMs} ms`;
        reject(new LlmError('timeout', why, {}, { cause }));
      };
      let cancel = this.waits.start(() => {
        cancel = this.clock.timer(GRACE_MS, () => {
          late();
        });
      });
      startWork(() => this.whenReady(ask)).then(
        (answer) => {
          cancel();
          this.isStalled = false;
          resolve(answer);
        },
        (error: unknown) => {
          cancel();
          if (isTimeout(error)) late(error);
          else reject(LlmError.is(error) ? error : serverError(error));
        },
      );
    });
  }

  /** Waits for the first connection. */
  private whenReady<T>(ask: () => Promise<T>): Promise<T> {
    if (this.wasReady || this.client.isReady()) {
      this.wasReady = true;
      return ask();
    }
    return ready(this.client).then(() => {
      this.wasReady = true;
      return ask();
    });
  }

  /**
   * Returns an error while Redis is down. A disconnected client would queue the command until nobody needs
   * it.
   */
  private downError(): LlmError | undefined {
    if (this.wasReady && !this.client.isReady()) return new LlmError('network', 'Redis is not connected');
    if (!this.isStalled) return undefined;
    if (this.clock.now() < this.retryAt)
      return new LlmError(
        'timeout',
        'Redis has not answered for a while; the next command tries it again within a second',
      );
    this.retryAt = this.clock.now() + RETRY_MS;
    return undefined;
  }
}

/** A client may throw synchronously. */
function startWork<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return ask();
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

const readiness = new WeakMap<Client, Promise<void>>();

/** Returns a promise of the next connection, with one listener per client. */
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

/** Whether the client's own timeout, which may be shorter, has expired. */
const isTimeout = (error: unknown): boolean =>
  error instanceof Error && /\btimed? ?out\b/i.test(error.message);

function serverError(cause: unknown): LlmError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new LlmError('server', `Redis failed: ${why}`, {}, { cause });
}
