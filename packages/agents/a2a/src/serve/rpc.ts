import { A2A_VERSION_HEADER, Extensions, HTTP_EXTENSION_HEADER, type AgentCard } from '@a2a-js/sdk';
import { A2A_ERROR_CODE } from '@a2a-js/sdk/errors';
import { JsonRpcTransportHandler, validateVersion, type A2ARequestHandler } from '@a2a-js/sdk/server';
import { LlmError } from '@majordomo/core';
import { sseResponse } from '@majordomo/core/http';
import { isRecord, notify, readJsonText, tryParseJson } from '@majordomo/core/toolkit';
import { CallContext } from './call-context.ts';
import { INTERNAL_MESSAGE } from './failure.ts';
import type { A2aCaller, ServeA2aOptions } from './options.ts';

/** Maximum size of a request, in bytes. */
const MAX_BYTES: number = 10 * 1024 * 1024;
/** Maximum time in which a request must arrive, in milliseconds. */
const MAX_MS = 30_000;
/** Number of events that wait for a slow client. The connection ends with the next event, and the client can subscribe again. */
const MAX_EVENTS = 10_000;

/** Default of `ServeA2aOptions.maxRunning`. */
export const MAX_RUNNING = 100;

type RpcResponse = Exclude<Awaited<ReturnType<JsonRpcTransportHandler['handle']>>, AsyncGenerator>;

type EndpointOptions = Pick<ServeA2aOptions, 'onError' | 'maxElements' | 'maxRunning' | 'clock'>;

/** JSON-RPC over HTTP. Streams are server-sent events. */
export class RpcEndpoint {
  private readonly card: AgentCard;
  private readonly transport: JsonRpcTransportHandler;
  private readonly options: EndpointOptions;
  /** Requests and streams in progress, with their callers. */
  private readonly active = new Map<Promise<unknown>, string>();

  constructor(card: AgentCard, handler: A2ARequestHandler, options: EndpointOptions) {
    this.card = card;
    this.transport = new JsonRpcTransportHandler(handler);
    this.options = options;
  }

  /** Answers a request, which counts for its caller until its response or its stream has ended. */
  async answer(request: Request, caller: A2aCaller): Promise<Response> {
    const { maxRunning = MAX_RUNNING } = this.options;
    const count = [...this.active.values()].filter((user) => user === caller.user).length;
    // A caller can cancel its tasks although each of them has a stream.
    if (count >= 2 * maxRunning)
      return errorResponse(429, `the caller has ${count} requests in progress; send the request later`);
    return this.tracked(this.respond(request, caller), caller);
  }

  private async respond(request: Request, caller: A2aCaller): Promise<Response> {
    const { headers } = request;
    const { maxElements, clock } = this.options;
    let text: string;
    try {
      text = await readJsonText(request, { maxBytes: MAX_BYTES, maxElements, maxMs: MAX_MS, clock });
    } catch (error) {
      if (LlmError.is(error, 'invalid-request'))
        return errorResponse(error.details.status ?? 400, error.message);
      throw error;
    }
    // The SDK returns the error for a body that is not JSON.
    const json = tryParseJson(text);
    const body = (json === undefined ? text : json) as string | Record<string, unknown>;
    const context = new CallContext(caller, {
      version: headers.get(A2A_VERSION_HEADER) ?? undefined,
      extensions: Extensions.parseServiceParameter(headers.get(HTTP_EXTENSION_HEADER) ?? undefined),
    });
    try {
      validateVersion(context.requestedVersion, this.card, 'JSONRPC');
    } catch (error) {
      return Response.json(this.failure(error, idIn(body)));
    }
    const answer = await this.transport.handle(body, context);
    if (!(Symbol.asyncIterator in answer)) return Response.json(this.withoutSecrets(answer));
    return this.stream(answer, request, idIn(body), caller);
  }

  /** Waits until all requests in progress have ended. */
  async close(): Promise<void> {
    await Promise.allSettled(this.active.keys());
  }

  /** Returns a stream of events. An error before the first event is a JSON response, as clients expect. */
  private async stream(
    events: AsyncGenerator<RpcResponse>,
    request: Request,
    id: RpcResponse['id'],
    caller: A2aCaller,
  ): Promise<Response> {
    let first: IteratorResult<RpcResponse, unknown>;
    try {
      first = await events.next();
    } catch (error) {
      return Response.json(this.failure(error, id));
    }
    const { signal } = request;
    return sseResponse(this.readToEnd(first, events, id, caller), { signal });
  }

  /**
   * Returns the events, and reads all of them, also after the client has left, because the SDK stores the events of a task only
   * when they are read.
   */
  private readToEnd(
    first: IteratorResult<RpcResponse, unknown>,
    events: AsyncGenerator<RpcResponse>,
    id: RpcResponse['id'],
    caller: A2aCaller,
  ): AsyncIterable<RpcResponse> {
    let isLeft = false;
    const read = async (controller: ReadableStreamDefaultController<RpcResponse>): Promise<void> => {
      const send = (event: RpcResponse): void => {
        if (isLeft) return;
        controller.enqueue(event);
        // The stream wants one event. `desiredSize` is below 0 by the number of further events that wait.
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
      start: (controller) => void this.tracked(read(controller), caller),
      cancel: () => {
        isLeft = true;
      },
    });
  }

  private tracked<T>(work: Promise<T>, { user }: A2aCaller): Promise<T> {
    this.active.set(work, user);
    const done = (): void => void this.active.delete(work);
    work.then(done, done);
    return work;
  }

  private failure(error: unknown, id: RpcResponse['id']): RpcResponse {
    const mapped = JsonRpcTransportHandler.mapToJSONRPCError(error);
    const isInternal = mapped.code === A2A_ERROR_CODE.INTERNAL_ERROR;
    // The task store has reported its own errors.
    if (isInternal && !LlmError.is(error, 'server')) notify(this.options.onError, error);
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

/** Returns the id of a request, for errors that are found outside of the SDK. */
const idIn = (body: unknown): RpcResponse['id'] =>
  ((isRecord(body) ? body['id'] : undefined) ?? null) as RpcResponse['id'];

/** Returns an error of JSON-RPC with an HTTP status. */
export const errorResponse = (status: number, message: string, headers?: Record<string, string>): Response =>
  Response.json(
    { jsonrpc: '2.0', id: null, error: { code: A2A_ERROR_CODE.INVALID_REQUEST, message } },
    { status, ...(headers && { headers }) },
  );
