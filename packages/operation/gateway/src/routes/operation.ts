import { attemptsOf, callHeaders } from '../response/headers.ts';
import { specOf } from '../auth/models.ts';
import { limitsOf } from '../load-limit.ts';
import type { ParseOperation } from '../operations/operation.ts';
import { callOptions, type GatewayContext, type RequestContext } from '../context.ts';
import { Refusal, whileConnected } from '../errors/refusal.ts';
import { parseModerationInput, parseModerations } from '../operations/moderations.ts';
import { jsonBody } from '../parsing/body.ts';
import { jsonObject, object } from '../parsing/fields.ts';

/** Parses a request for embeddings, images, a transcript or speech, calls the chain, and sends the complete result. */
export async function operationRoute(
  context: RequestContext,
  gateway: GatewayContext,
  parse: ParseOperation,
): Promise<Response> {
  const { settings } = gateway;
  const place = gateway.concurrency.enter();
  try {
    const parsed = await parse(context.request, limitsOf(settings, place));
    context.trace.model = parsed.model;
    context.trace.isStreamed = false;
    const spec = await specOf(parsed.model, context, settings);
    const options = callOptions(context, parsed.metadata, gateway);
    const { body, mediaType, result } = await parsed.run(settings.majordomo, spec, options);
    return new Response(body, {
      headers: {
        'content-type': mediaType,
        ...callHeaders({
          target: result.target,
          attempts: attemptsOf(result.attempts),
          warnings: [...parsed.notes, ...result.warnings],
        }),
      },
    });
  } finally {
    place.leave();
  }
}

/** Responds with the verdicts of a model of `models`, or with the result of the function in the option `moderations`. */
export async function moderationsRoute(context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const { settings } = gateway;
  const { moderations } = settings;
  if (moderations === undefined)
    return operationRoute(context, gateway, parseModerations).catch((error: unknown) => {
      throw error instanceof Refusal && error.kind === 'no-such-model' ? withRemedy(error) : error;
    });
  // The function has no name in `models`, so only a key without any model cannot use it.
  if (context.caller.models?.length === 0)
    throw new Refusal('no-such-model', 'this key may call no model', { path: 'model' });
  const place = gateway.concurrency.enter();
  try {
    const body = await jsonBody(context.request, limitsOf(settings, place));
    object(body, '').required('input', parseModerationInput);
    const options = callOptions(context, undefined, gateway);
    return Response.json(
      await whileConnected(() => moderations(jsonObject(body, ''), options), context.request.signal),
    );
  } finally {
    place.leave();
  }
}

const withRemedy = ({ kind, message, path }: Refusal): Refusal =>
  new Refusal(
    kind,
    `${message}; its operator adds a moderation model with this name to \`models\` of createGateway, or sets \`moderations\``,
    { path },
  );
