import { A2A_VERSION_HEADER, Extensions, HTTP_EXTENSION_HEADER, type AgentCard } from '@a2a-js/sdk';
import { A2A_ERROR_CODE } from '@a2a-js/sdk/errors';
import { JsonRpcTransportHandler, validateVersion, type A2ARequestHandler } from '@a2a-js/sdk/server';
import { LlmError } from '@majordomo/core';
import { sseResponse } from '@majordomo/core/http';
import { notify } from '@majordomo/core/toolkit';
import { collectBody } from '@majordomo/wire-kit';
import { CallContext } from './call-context.ts';
import { INTERNAL_MESSAGE } from './failure.ts';
import type { A2aCaller } from './options.ts';

/** Maximum size of a request, in bytes. */
const MAX_BYTES: number = 10 * 1024 * 1024;
/** Number of events that wait for a slow client. The connection ends with the next event, and the client can subscribe again. */
const MAX_EVENTS = 10_000;

type RpcResponse = Exclude<Awaited<ReturnType<JsonRpcTransportHandler['handle']>>, AsyncGenerator>;

/** JSON-RPC over HTTP. Streams are server-sent events. */
export class RpcEndpoint {
  private readonly card: AgentCard;
  private readonly transport: JsonRpcTransportHandler;
  private readonly onError: ((error: unknown) => void) | undefined;
  /** Requests and streams in progress. */
  private readonly active = new Set<Promise<unknown>>();

  constructor(card: AgentCard, handler: A2ARequestHandler, onError: ((error: unknown) => void) | undefined) {
    this.card = card;
    this.transport = new JsonRpcTransportHandler(handler);
    this.onError = onError;
  }

  async answer(request: Request, caller: A2aCaller): Promise<Response> {
    const { headers } = request;
    const body = await textOf(request);
    if (body === undefined) return errorResponse(413, `the request has more than ${MAX_BYTES} bytes`);
    const context = new CallContext(caller, {
      version: headers.get(A2A_VERSION_HEADER) ?? undefined,
      extensions: Extensions.parseServiceParameter(headers.get(HTTP_EXTENSION_HEADER) ?? undefined),
    });
    try {
      validateVersion(context.requestedVersion, this.card, 'JSONRPC');
    } catch (error) {
      return Response.json(this.failure(error, idIn(body)));
    }
    const answer = await this.tracked(this.transport.handle(parsed(body), context));
    if (!(Symbol.asyncIterator in answer)) return Response.json(this.withoutSecrets(answer));
    return this.stream(answer, request, idIn(body));
  }

  /** Waits until all requests in progress have ended. */
  async close(): Promise<void> {
    await Promise.allSettled(this.active);
  }

  /** Returns a stream of events. An error before the first event is a JSON response, as clients expect. */
  private async stream(
    events: AsyncGenerator<RpcResponse>,
    request: Request,
    id: RpcResponse['id'],
  ): Promise<Response> {
    let first: IteratorResult<RpcResponse, unknown>;
    try {
      first = await this.tracked(events.next());
    } catch (error) {
      return Response.json(this.failure(error, id));
    }
    const { signal } = request;
    return sseResponse(this.readToEnd(first, events, id), { signal });
  }

  /**
   * Returns the events, and reads all of them, also after the client has left, because the SDK stores the events of a task only
   * when they are read.
   */
  private readToEnd(
    first: IteratorResult<RpcResponse, unknown>,
    events: AsyncGenerator<RpcResponse>,
    id: RpcResponse['id'],
  ): AsyncIterable<RpcResponse> {
    let isLeft = false;
    const read = async (controller: ReadableStreamDefaultController<RpcResponse>): Promise<void> => {
      const send = (event: RpcResponse): void => {
        if (isLeft) return;
        controller.enqueue(event);
        isLeft = (controller.desiredSize ?? 0) < -MAX_EVENTS;
        if (isLeft) controller.close();
      };
      try {
        for (let next = first; next.done !== true; next = await events.next()) send(next.value);
      } catch (error) {
        send(this.failure(error, id));
      }
      if (!isLeft) controller.close();
    };
    return new ReadableStream<RpcResponse>({
      start: (controller) => void this.tracked(read(controller)),
      cancel: () => {
        isLeft = true;
      },
    });
  }

  private tracked<T>(work: Promise<T>): Promise<T> {
    this.active.add(work);
    const done = (): void => void this.active.delete(work);
    work.then(done, done);
    return work;
  }

  private failure(error: unknown, id: RpcResponse['id']): RpcResponse {
    const mapped = JsonRpcTransportHandler.mapToJSONRPCError(error);
    const isInternal = mapped.code === A2A_ERROR_CODE.INTERNAL_ERROR;
    // The task store has reported its own errors.
    if (isInternal && !LlmError.is(error, 'server')) notify(this.onError, error);
    return this.withoutSecrets({ jsonrpc: '2.0', id, error: mapped });
  }

  /** Replaces the message of an internal error, such as an error of the store. */
  private withoutSecrets(response: RpcResponse): RpcResponse {
    const { error, id } = response;
    const code = (error as { readonly code?: number } | undefined)?.code;
    if (code !== A2A_ERROR_CODE.INTERNAL_ERROR) return response;
    return { jsonrpc: '2.0', id, error: { code, message: INTERNAL_MESSAGE } };
  }
}

/** Returns the body of a request, or `undefined` if it is too large. */
async function textOf({ body }: Request): Promise<string | undefined> {
  if (body === null) return '';
  try {
    return new TextDecoder().decode(await collectBody(body, 'the client', MAX_BYTES));
  } catch (error) {
    if (LlmError.is(error, 'protocol')) return undefined;
    throw error;
  }
}

/** Returns the JSON of a body, or the body itself for an error of the SDK. */
function parsed(body: string): string | Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return body;
  }
}

/** Returns the id of a request, for errors that are found outside of the SDK. */
function idIn(body: string): RpcResponse['id'] {
  try {
    const { id = null } = JSON.parse(body) as { readonly id?: RpcResponse['id'] };
    return id;
  } catch {
    return null;
  }
}

/** Returns an error of JSON-RPC with an HTTP status. */
export const errorResponse = (status: number, message: string, headers?: Record<string, string>): Response =>
  Response.json(
    { jsonrpc: '2.0', id: null, error: { code: A2A_ERROR_CODE.INVALID_REQUEST, message } },
    { status, ...(headers && { headers }) },
  );
