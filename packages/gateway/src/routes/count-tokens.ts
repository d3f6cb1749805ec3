import { parseMessages } from '../anthropic-messages/read.ts';
import { Refusal } from '../errors/refusal.ts';
import { specOf } from '../auth/models.ts';
import { jsonBody } from '../parsing/body.ts';
import { parseWithMedia } from '../parsing/media.ts';
import type { GatewayContext, RequestContext } from '../context.ts';

/** Responds with the number of input tokens of a Messages request, as estimated by `@majordomo/context` for the first target. */
export async function countTokens(arrival: RequestContext, { settings }: GatewayContext): Promise<Response> {
  const { request, caller, trace } = arrival;
  const body = await jsonBody(request, settings.maxBodyBytes);
  const parsed = await parseWithMedia(
    (media) => parseMessages(body, media, true),
    settings.fetchMedia,
    request.signal,
  );
  trace.model = parsed.model;
  const spec = await specOf(parsed.model, arrival, settings);
  // `@majordomo/context` is an optional peer dependency, so the import may fail.
  const context = await import('@majordomo/context').catch(() => undefined);
  if (context === undefined)
    throw new Refusal(
      'no-such-route',
      'counting tokens requires the package @majordomo/context; the operator must install it',
    );
  const [first] = await settings.majordomo.resolve(spec, { tenant: caller.tenant, signal: request.signal });
  return Response.json({
    input_tokens: context.tokenMeter().estimate(parsed.request, first?.target).tokens,
  });
}
