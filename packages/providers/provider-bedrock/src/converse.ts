import { LlmError } from '@majordomo/core';
import type { ModelContext, ModelEvent, ModelRequest } from '@majordomo/core';
import { driftError, EventWriter } from '@majordomo/wire-kit';
import {
  NOT_CONNECTED,
  type AttemptClient,
  type Connect,
  type Connection,
  type Output,
} from './connection.ts';
import { toLlmError } from './errors.ts';
import type { WireRequest } from './request.ts';
import { ConverseReader, type WireEvent } from './stream.ts';

export interface ConverseCall {
  readonly toParams: () => WireRequest;
  readonly request: ModelRequest;
  readonly context: ModelContext;
  /** Id of the group of models that accept reasoning of this model. */
  readonly family: string;
  readonly connect: Connect;
}

/** Sends one request and yields batches of events. Replaces `sdkStream`, because the AWS SDK returns no `Response`. */
export async function* converse(call: ConverseCall): AsyncIterable<readonly ModelEvent[]> {
  const { request, context, family } = call;
  const { target, signal, delivery } = context;
  const writer = new EventWriter(target, { collects: true });
  const streamed = delivery === 'deltas';
  // Use a separate controller. The SDK leaves its listener on a signal, and closes an unread stream only on an abort.
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  signal.addEventListener('abort', abort, { once: true });
  let connection: Connection | undefined;
  let client: AttemptClient | undefined;
  let reader: ConverseReader | undefined;
  try {
    signal.throwIfAborted();
    const { params, warnings } = call.toParams();
    writer.warning(...warnings);
    connection = await call.connect(context);
    client = await connection.client();
    const output = await client.send(delivery, params, controller.signal);
    reader = new ConverseReader({ writer, family, id: output.$metadata?.requestId });
    // An empty batch reports that the response has begun.
    yield [];
    if (streamed) yield* readStream(output, reader, signal, abort);
    else withDriftErrors(target, () => reader?.readBody(output));
    yield writer.take();
  } catch (error) {
    const written = writer.take();
    if (written.length > 0) yield written;
    if (signal.aborted)
      throw new LlmError('aborted', `${target}: the call was aborted`, { target }, { cause: error });
    const llmError = toLlmError(error, { target, request, streamed, ...(connection ?? NOT_CONNECTED) });
    if (llmError.kind === 'network') client?.lease.evict();
    throw llmError;
  } finally {
    signal.removeEventListener('abort', abort);
    if (reader?.done !== true) abort();
    client?.lease.release();
  }
}

async function* readStream(
  { stream }: Output,
  reader: ConverseReader,
  signal: AbortSignal,
  abort: () => void,
): AsyncIterable<readonly ModelEvent[]> {
  const { target } = reader.writer;
  if (stream === undefined)
    throw new LlmError('truncated', `${target}: the response has no stream`, { target });
  const events: AsyncIterator<WireEvent, unknown> = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await events.next();
    signal.throwIfAborted();
    if (next.done === true) break;
    withDriftErrors(target, () => reader.readEvent(next.value));
    if (reader.done) {
      // Read to the end of the stream, so that the connection can be reused. Close the stream if it continues.
      events.next().then((rest) => rest.done !== true && abort(), abort);
      return;
    }
    yield reader.writer.take();
  }
  reader.end();
}

/** Calls `read`. Converts errors about an unexpected form of the response to `LlmError`. */
function withDriftErrors(target: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    throw driftError(error, target);
  }
}
