import { LlmError, type Clock } from '@majordomo/core';
import type { Client } from './client.ts';
import { evaluateScript, type Script } from './script.ts';
import { SharedTimeout } from './shared-timeout.ts';

/** How often a Redis that does not answer is asked whether it does, in ms. */
const RETRY_MS = 1000;
/** After a wait: what came while this process did something else is read first. In ms. */
const GRACE_MS = 20;

/**
 * The app's client, with an end to every wait. Clients wait for a connection without end by default, and for an answer of a
 * server that is stalled whatever they are told: here nobody waits longer than `timeoutMs`.
 */
export class Connection {
  private readonly client: Client;
  private readonly clock: Clock;
  private readonly timeoutMs: number;
  private readonly waits: SharedTimeout;
  private wasReady = false;
  /** A call has waited without success, and none was answered since. */
  private isStalled = false;
  private retryAt = 0;

  constructor(client: Client, clock: Clock, timeoutMs: number) {
    this.client = client;
    this.clock = clock;
    this.timeoutMs = timeoutMs;
    this.waits = new SharedTimeout(clock, timeoutMs);
  }

  /**
   * What the script returns. Rejects with `network`, `timeout` or `server` when Redis is not there, does not answer, or says
   * no.
   */
  run(script: Script, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    return this.withTimeout(() => this.evaluate(script, keys, values));
  }

  /** Within `bounded`. */
  evaluate(script: Script, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    return evaluateScript(this.client, script, keys, values);
  }

  /** One wait for all that `ask` does. */
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

  /** Ends with the wait of a client that never was connected. */
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

  /** A client that was connected and is not any more would keep the question for later, when nobody wants to know. */
  private downError(): LlmError | undefined {
    if (this.wasReady && !this.client.isReady()) return new LlmError('network', 'Redis is not connected');
    if (!this.isStalled) return undefined;
    if (this.clock.now() < this.retryAt)
      return new LlmError('timeout', 'Redis has not answered for a while; it is asked again within a second');
    this.retryAt = this.clock.now() + RETRY_MS;
    return undefined;
  }
}

/** A client may throw before it gives a promise. */
function startWork<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return ask();
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

const readiness = new WeakMap<Client, Promise<void>>();

/** When a client is connected next; all who wait for it have one listener. */
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

/** A client may be told to wait for less. */
const isTimeout = (error: unknown): boolean =>
  error instanceof Error && /\btimed? ?out\b/i.test(error.message);

function serverError(cause: unknown): LlmError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new LlmError('server', `Redis failed: ${why}`, {}, { cause });
}
