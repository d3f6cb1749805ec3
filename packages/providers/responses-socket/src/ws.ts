import { LlmError, messageOf } from '@majordomo/core';
import { ByteCollector } from '@majordomo/core/toolkit';
import type { OpenSocket, SocketLike } from './options.ts';

/** Maximum size of a message, in bytes. An image in base64 is one message. */
const MAX_MESSAGE = 64 * 1024 * 1024;
/** Maximum size of the body of a refused upgrade, in bytes. */
const MAX_REFUSAL = 1024 * 1024;

/** Error of an upgrade that the server refused. */
class RefusedUpgrade extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super(`the server refused the upgrade with status ${response.status}`);
    this.response = response;
  }
}

/** Opens a socket of the package `ws`, which reports the status of a refused upgrade. */
export const openWs: OpenSocket = async (url, headers, signal) => {
  const { WebSocket } = await loadWs();
  signal.throwIfAborted();
  return new Promise<SocketLike>((resolve, reject) => {
    const socket = new WebSocket(url, {
      headers: Object.fromEntries(headers),
      followRedirects: false,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE,
    });
    const abort = (): void => {
      socket.terminate();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    const settled = (): void => {
      signal.removeEventListener('abort', abort);
    };
    const fail = (error: Error): void => {
      settled();
      reject(error);
    };
    // A socket of `ws` has no `ref` and `unref`, so those of its TCP connection are used.
    let network: { ref(): void; unref(): void } | undefined;
    socket.on('upgrade', (response) => {
      network = response.socket;
    });
    socket.on('unexpected-response', (_request, response) => {
      const body = new ByteCollector();
      response.on('data', (chunk: Uint8Array) => {
        if (body.size + chunk.length <= MAX_REFUSAL) body.push(chunk);
        else
          response.destroy(new Error(`the server refused the upgrade with more than ${MAX_REFUSAL} bytes`));
      });
      response.on('error', fail);
      response.on('end', () => {
        const given = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        const status = response.statusCode ?? 500;
        // `Response` accepts no status below 200, and no body for the statuses 204 and 304.
        const hasNoBody = status < 200 || status === 204 || status === 304;
        fail(
          new RefusedUpgrade(
            new Response(hasNoBody ? null : new Uint8Array(body.concat()), {
              status: status < 200 ? 500 : status,
              headers: new Headers(given as [string, string][]),
            }),
          ),
        );
      });
    });
    socket.on('error', fail);
    socket.on('open', () => {
      settled();
      resolve(
        Object.assign(socket as SocketLike, {
          ref: () => network?.ref(),
          unref: () => network?.unref(),
        }),
      );
    });
  });
};

async function loadWs(): Promise<typeof import('ws')> {
  try {
    return await import('ws');
  } catch (cause) {
    const message = `socketFetch needs the package ws; npm install ws, or pass the option open (${messageOf(cause)})`;
    throw new LlmError('config', message, {}, { cause });
  }
}
