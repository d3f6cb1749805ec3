import type { IncomingMessage } from 'node:http';
import { FROM_LOOPBACK, CUT, type PlatformContext } from '../../platform-context.ts';
import { responsesFailure } from '../../openai-chat/failure.ts';
import { previousNotFound } from '../../openai-responses/read.ts';
import { refusalResponse } from '../../response/refusal-response.ts';
import { isResponseId, type Json } from '../../response-store.ts';
import { urlOf } from '../accepted-target.ts';
import { isFromHere } from '../loopback.ts';
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

  /** Returns the refusal of the caller, or `undefined` if the gateway knows the caller. Requests the models for this purpose. */
  refusal(signal: AbortSignal): Promise<Response | undefined> {
    return this.read('/v1/models', signal);
  }

  /** Returns the refusal of a caller that continues a response, or `undefined` if the gateway has stored the response for the caller. */
  async refusalToContinue(id: string, signal: AbortSignal): Promise<Response | undefined> {
    const refused = await this.read(`/v1/responses/${isResponseId(id) ? id : 'unknown'}`, signal);
    return refused?.status === 404 ? refusalResponse(previousNotFound(id), responsesFailure) : refused;
  }

  /** Returns the response of a path if it is a refusal. */
  private async read(path: string, signal: AbortSignal): Promise<Response | undefined> {
    const url = new URL(path + this.url.search, this.url);
    const response = await this.send(new Request(url, { headers: this.headers, signal }));
    if (!response.ok) return response;
    await response.body?.cancel();
    return undefined;
  }

  /** Returns the event stream of a response. */
  create(body: Json, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(this.headers);
    headers.set('content-type', 'application/json');
    const text = JSON.stringify({ ...body, stream: true });
    return this.send(new Request(this.url, { method: 'POST', headers, body: text, signal }));
  }

  private send(request: Request): Promise<Response> {
    return this.gateway.fetch(request, this.context);
  }
}
