import type { GatewayContext, RequestContext } from '../context.ts';
import { Refusal, whileConnected } from '../errors/refusal.ts';
import { jsonBody } from '../parsing/body.ts';
import { jsonObject } from '../parsing/fields.ts';
import { callOptions } from './chat.ts';

/** Responds with the result of the function in the option `moderations`. */
export async function moderationsRoute(context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const { moderations, maxBodyBytes } = gateway.settings;
  if (moderations === undefined)
    throw new Refusal(
      'no-such-route',
      'this gateway serves no moderations; its operator must set `moderations` of createGateway',
    );
  const release = gateway.concurrency.enter();
  try {
    const body = jsonObject(await jsonBody(context.request, maxBodyBytes), '');
    const options = callOptions(context, undefined, gateway);
    return Response.json(await whileConnected(() => moderations(body, options), context.request.signal));
  } finally {
    release();
  }
}
