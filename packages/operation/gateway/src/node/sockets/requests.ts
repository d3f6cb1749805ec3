import type { IncomingMessage } from 'node:http';
import { CHECK_ONLY, CUT, FROM_LOOPBACK, OPEN_SOCKET, type PlatformContext } from '../../platform-context.ts';
import type { SocketPlace } from '../../socket-limit.ts';
import { urlOf, isFromHere } from '../incoming.ts';
import type { ServedGateway } from '../served-gateway.ts';

/** Headers of the upgrade, of its body, and of its connection. */
const OF_UPGRADE =
  /^(?:accept-encoding|connection|content-.*|expect|host|keep-alive|sec-websocket-.*|te|transfer-encoding|upgrade)$/;

/** Requests of one socket to the gateway. They have the URL, the headers and the loopback mark of the upgrade. */
export class SocketRequests {
  private readonly gateway: ServedGateway;
  private readonly url: URL;
  private readonly headers: Headers;
  private readonly context: PlatformContext;

  constructor(gateway: ServedGateway, incoming: IncomingMessage) {
    const { headers, socket } = incoming;
    const given = Object.entries(headers).filter(([name]) => !OF_UPGRADE.test(name));
    this.gateway = gateway;
    this.url = new URL(urlOf(incoming));
    this.headers = new Headers(given.map(([name, value]) => [name, String(value)]));
    this.context = {
      ...(isFromHere(incoming) && { [FROM_LOOPBACK]: true }),
      [CUT]: () => socket.destroy(),
    };
  }

  /**
   * Checks the caller, for which it requests the models. Returns the refusal of the caller or of the socket. `onPlace` receives the
   * place of the socket.
   */
  async open(onPlace: (place: SocketPlace) => void, signal: AbortSignal): Promise<Response | undefined> {
    const url = new URL('/v1/models' + this.url.search, this.url);
    const request = new Request(url, { headers: this.headers, signal });
    return refusalIn(await this.gateway.fetch(request, { ...this.context, [OPEN_SOCKET]: onPlace }));
  }

  /** Returns the event stream of a response. `chunks`: body of the request. */
  create(chunks: readonly Uint8Array[], signal: AbortSignal): Promise<Response> {
    return this.gateway.fetch(this.requestOf(chunks, signal), this.context);
  }

  /** Checks a request completely without a call of the model. Returns the refusal of the request. */
  async check(chunks: readonly Uint8Array[], signal: AbortSignal): Promise<Response | undefined> {
    const request = this.requestOf(chunks, signal);
    return refusalIn(await this.gateway.fetch(request, { ...this.context, [CHECK_ONLY]: true }));
  }

  /** Returns a request with the size of its body, so that the gateway reads only a body that it accepts. */
  private requestOf(chunks: readonly Uint8Array[], signal: AbortSignal): Request {
    const headers = new Headers(this.headers);
    headers.set('content-type', 'application/json');
    headers.set('content-length', String(chunks.reduce((sum, { length }) => sum + length, 0)));
    const body = ReadableStream.from(chunks);
    return new Request(this.url, { method: 'POST', headers, body, signal, duplex: 'half' });
  }
}

async function refusalIn(response: Response): Promise<Response | undefined> {
  if (!response.ok) return response;
  await response.body?.cancel();
  return undefined;
}
