import type { ModelContext, OperationResponse } from '@majordomo/core';
import { derivedSignal } from '@majordomo/core/toolkit';
import {
  NOT_CONNECTED,
  type AttemptClient,
  type Connect,
  type Connection,
  type Invoked,
} from './connection.ts';
import { toLlmError } from './errors.ts';

/** Key of this API in the `extra` of a request. */
export const INVOKE_WIRE = 'bedrock-invoke';

/** Sends one body with InvokeModel and reads the response. Throws `LlmError`. */
export async function invokeModel<Response>(
  modelId: string,
  toBody: () => string,
  context: ModelContext,
  connect: Connect,
  read: (invoked: Invoked) => Response,
): Promise<Response> {
  const { target, signal } = context;
  // This call uses a derived signal, because the SDK does not remove its listener from a signal.
  const derived = derivedSignal(signal);
  let connection: Connection | undefined;
  let client: AttemptClient | undefined;
  try {
    signal.throwIfAborted();
    const body = toBody();
    connection = await connect(context);
    client = await connection.client();
    return read(await client.invoke(modelId, body, derived.signal));
  } catch (error) {
    signal.throwIfAborted();
    const llmError = toLlmError(error, { target, streamed: false, ...(connection ?? NOT_CONNECTED) });
    // The next call gets a new client, because the connections of this one may be broken.
    if (llmError.kind === 'network') client?.lease.evict();
    throw llmError;
  } finally {
    derived.release();
    client?.lease.release();
  }
}

/** Returns the facts that are known about a response of InvokeModel. The service does not report the model. */
export const invokeFacts = (wire: string, { requestId }: Invoked): Pick<OperationResponse, 'vendor'> => ({
  vendor: { wire, ...(requestId !== undefined && { requestId }) },
});
