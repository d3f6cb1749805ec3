import type { ModelContext, OperationResponse } from '@majordomo/core';
import { derivedSignal } from '@majordomo/core/toolkit';
import type { Connect, Connected, Invoked } from './connection.ts';
import { toLlmError, type ConverseCallFacts } from './errors.ts';

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
  const facts: ConverseCallFacts = { target, streamed: false, secrets: [], sources: 'no client yet' };
  // This call uses a derived signal, because the SDK does not remove its listener from a signal.
  const derived = derivedSignal(signal);
  let connected: Connected | undefined;
  try {
    signal.throwIfAborted();
    const body = toBody();
    connected = await connect(context, facts);
    return read(await connected.invoke(modelId, body, derived.signal));
  } catch (error) {
    signal.throwIfAborted();
    const llmError = toLlmError(error, facts);
    if (llmError.kind === 'network') connected?.lease.evict();
    throw llmError;
  } finally {
    derived.release();
    connected?.lease.release();
  }
}

/** Returns the facts of a response of InvokeModel, which does not report the model. */
export const servedByInvoke = (wire: string, { requestId }: Invoked): Pick<OperationResponse, 'vendor'> => ({
  vendor: { wire, ...(requestId !== undefined && { requestId }) },
});
