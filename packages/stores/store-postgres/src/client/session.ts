import { LlmError } from '@majordomo/core';
import { isPg, isPostgresJs, type PgClient, type PostgresClient, type PostgresJs } from './client.ts';

/** Session that receives notifications. */
export interface Session {
  /** Starts listening to a channel. Resolves when the subscription is active. */
  listen(channel: string): Promise<unknown>;
  /** Stops listening to all channels. */
  close(): void;
}

/** Functions that a session calls. */
export interface SessionEvents {
  readonly onMessage: (channel: string, payload: string) => void;
  /** Called after the client has reconnected by itself. */
  readonly onReconnect: () => void;
  /** Called when the session has ended. */
  readonly onLost: () => void;
}

/** Throws `config` for an object that does not support `LISTEN`. */
export function checkSession(client: PostgresClient): asserts client is PgClient | PostgresJs {
  // A Pool uses several connections, so LISTEN would affect only one of them.
  if (isPostgresJs(client) || (isPg(client) && !('totalCount' in client))) return;
  const expected =
    'a connected Client of pg 8, postgres() with `max: 1`, or a function that returns one of them';
  throw new LlmError('config', `postgresStores: listener must be ${expected}`, { path: 'listener' });
}

/** Opens a session on a client. Throws `config` if the object is not a supported client. */
export function openSession(client: PostgresClient, events: SessionEvents): Session {
  checkSession(client);
  return isPostgresJs(client) ? postgresJsSession(client, events) : pgSession(client, events);
}

function pgSession(client: PgClient, { onMessage, onLost }: SessionEvents): Session {
  const onNotification = ({ channel, payload = '' }: { channel: string; payload?: string }): void => {
    onMessage(channel, payload);
  };
  client.on('notification', onNotification);
  client.on('end', onLost);
  // Without a listener for `error`, Node ends the process. The listener does nothing, because the `end` event follows.
  client.on('error', () => undefined);
  return {
    listen: (channel) => client.query(`LISTEN "${channel}"`),
    close() {
      client.off('notification', onNotification);
      client.off('end', onLost);
      client.query('UNLISTEN *').catch(() => undefined);
    },
  };
}

function postgresJsSession(client: PostgresJs, { onMessage, onReconnect }: SessionEvents): Session {
  const requests: Promise<{ readonly unlisten: () => Promise<unknown> }>[] = [];
  return {
    async listen(channel) {
      let isFirst = true;
      const onListen = (): void => {
        if (!isFirst) onReconnect();
        isFirst = false;
      };
      const onPayload = (payload: string): void => {
        onMessage(channel, payload);
      };
      const request = client.listen(channel, onPayload, onListen);
      requests.push(request);
      await request;
    },
    close() {
      for (const request of requests) request.then(({ unlisten }) => unlisten()).catch(() => undefined);
    },
  };
}
