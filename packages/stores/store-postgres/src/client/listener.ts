import { LlmError, type Clock } from '@majordomo/core';
import type { ChangeChannel } from '@majordomo/core/toolkit';
import { isPostgresJs, type PostgresClient } from './client.ts';
import { checkSession, openSession, type Session } from './session.ts';

/** Time between two attempts to open a session, in milliseconds. */
const RETRY_MS = 1000;

/** Callbacks for the notifications of one channel. */
export interface Subscriber {
  readonly onMessage: (payload: string) => void;
  /** Called when the session is opened or reopened. Notifications before a reopening may have been missed. */
  readonly onOpen?: () => unknown;
  /** Called when the session is lost and cannot be reopened. */
  readonly onEnd?: (failure: LlmError) => void;
}

/** Client for `LISTEN`, or a function that returns a connected client. */
export type ListenerClient = PostgresClient | (() => PostgresClient | Promise<PostgresClient>);

/** Whether the value is a function that returns a client. The result of `postgres()` is itself a function. */
const isFactory = (client: ListenerClient): client is () => PostgresClient | Promise<PostgresClient> =>
  typeof client === 'function' && !isPostgresJs(client);

/** Throws `config` for an object that does not support `LISTEN`. */
export function checkListener(client: ListenerClient): void {
  if (!isFactory(client)) checkSession(client);
}

/** Separate session for `LISTEN`, opened at the first subscription. */
export class Listener {
  private readonly client: ListenerClient;
  private readonly clock: Clock;
  private readonly subscribers = new Map<string, Set<Subscriber>>();
  /** Results of `LISTEN` in the current session, by channel. */
  private readonly channels = new Map<string, Promise<unknown>>();
  private opening: Promise<Session> | undefined;
  private cancelRetry: (() => void) | undefined;
  private isClosed = false;

  constructor(client: ListenerClient, clock: Clock) {
    this.client = client;
    this.clock = clock;
  }

  /**
   * Resolves when the subscription is active. Rejects if no session can be opened. A client function is then called again, except
   * after it has returned an unsuitable client (`config`).
   */
  async subscribe(channel: string, subscriber: Subscriber): Promise<void> {
    const all = this.subscribers.get(channel) ?? new Set();
    this.subscribers.set(channel, all.add(subscriber));
    await this.listen(channel);
    await subscriber.onOpen?.();
  }

  unsubscribe(channel: string, subscriber: Subscriber): void {
    const all = this.subscribers.get(channel);
    all?.delete(subscriber);
    // The session continues to listen to the channel, but a reopened session does not.
    if (all?.size === 0) this.subscribers.delete(channel);
  }

  close(): void {
    this.isClosed = true;
    this.cancelRetry?.();
    this.subscribers.clear();
    this.opening?.then(
      (session) => {
        session.close();
      },
      () => undefined,
    );
  }

  private async listen(channel: string): Promise<void> {
    const listening = this.channels.get(channel) ?? this.open().then((session) => session.listen(channel));
    this.channels.set(channel, listening);
    try {
      await listening;
    } catch (cause) {
      // Another attempt would get the same unsuitable client.
      if (LlmError.is(cause, 'config')) throw cause;
      this.onLost();
      throw new LlmError('network', 'postgres: LISTEN failed; check the option `listener`', {}, { cause });
    }
  }

  private open(): Promise<Session> {
    this.opening ??= this.create();
    return this.opening;
  }

  private async create(): Promise<Session> {
    const { client } = this;
    const opened: PostgresClient = await Promise.resolve(isFactory(client) ? client() : client);
    return openSession(opened, {
      onMessage: (channel, payload) => {
        for (const { onMessage } of this.subscribers.get(channel) ?? []) onMessage(payload);
      },
      onReconnect: () => {
        this.reportOpen();
      },
      onLost: () => {
        this.onLost();
      },
    });
  }

  private onLost(): void {
    this.opening = undefined;
    this.channels.clear();
    if (this.isClosed) return;
    if (isFactory(this.client)) {
      this.cancelRetry?.();
      this.cancelRetry = this.clock.timer(RETRY_MS, () => void this.reopen(), { isBackground: true });
      return;
    }
    const failure = new LlmError(
      'network',
      'postgres: the session of `listener` was lost; pass a function that connects a new client',
    );
    for (const subscriber of this.all()) subscriber.onEnd?.(failure);
  }

  private async reopen(): Promise<void> {
    try {
      await Promise.all(Array.from(this.subscribers.keys(), (channel) => this.listen(channel)));
      this.reportOpen();
    } catch {
      // Ignore the error, because `listen` has scheduled a retry.
    }
  }

  private reportOpen(): void {
    for (const subscriber of this.all()) subscriber.onOpen?.();
  }

  private all(): readonly Subscriber[] {
    return Array.from(this.subscribers.values(), (subscribers) => [...subscribers]).flat();
  }
}

/**
 * Subscribes within the time limit of the connection. Returns a function that unsubscribes. If the promise rejects, nothing is
 * subscribed, because the listener would otherwise retry a subscription that its caller starts again.
 */
export async function subscribeInTime(
  connection: { withTimeout<T>(work: () => Promise<T>): Promise<T> },
  listener: Listener,
  channel: string,
  subscriber: Subscriber,
): Promise<() => void> {
  const stop = (): void => {
    listener.unsubscribe(channel, subscriber);
  };
  try {
    await connection.withTimeout(() => listener.subscribe(channel, subscriber));
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}

/** Returns a channel for `watchChanges`, whose messages `publish` sends. */
export function changeChannel(
  connection: { withTimeout<T>(work: () => Promise<T>): Promise<T> },
  listener: Listener,
  channel: string,
  publish: (message: string) => Promise<unknown>,
): ChangeChannel {
  return {
    publish,
    subscribe(onMessage, onReconnect) {
      // The first opening is not a reconnection.
      let wasOpen = false;
      const onOpen = (): void => {
        if (wasOpen) onReconnect();
        wasOpen = true;
      };
      return subscribeInTime(connection, listener, channel, { onMessage, onOpen });
    },
  };
}
