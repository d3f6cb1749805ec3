import type { GatewayContext, RequestContext } from '../context.ts';
import { whileConnected } from '../errors/refusal.ts';
import { parseModerationInput, parseModerations } from '../operations/moderations.ts';
import { jsonBody } from '../parsing/body.ts';
import { jsonObject, object } from '../parsing/fields.ts';
import { callOptions } from './chat.ts';
import { operationRoute } from './operation.ts';

/** Responds with the verdicts of a model of `models`, or with the result of the function in the option `moderations`. */
export async function moderationsRoute(context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const { moderations, maxBodyBytes } = gateway.settings;
  if (moderations === undefined) return operationRoute(context, gateway, parseModerations);
  const release = gateway.concurrency.enter();
  try {
    const body = await jsonBody(context.request, maxBodyBytes);
    object(body, '').required('input', parseModerationInput);
    const options = callOptions(context, undefined, gateway);
    return Response.json(
      await whileConnected(() => moderations(jsonObject(body, ''), options), context.request.signal),
    );
  } finally {
    release();
  }
}
