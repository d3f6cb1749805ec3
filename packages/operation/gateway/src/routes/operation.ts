import { attemptsOf, callHeaders } from '../response/headers.ts';
import { specOf } from '../auth/models.ts';
import { limitsOf } from '../load-limit.ts';
import type { ParseOperation } from '../operations/operation.ts';
import type { GatewayContext, RequestContext } from '../context.ts';
import { callOptions } from '../call-options.ts';

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
