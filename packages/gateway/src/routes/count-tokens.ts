import { parseMessages } from '../anthropic-messages/read.ts';
import { Refusal } from '../errors/refusal.ts';
import { specOf } from '../auth/models.ts';
import { jsonBody } from '../parsing/body.ts';
import { parseWithMedia } from '../parsing/media.ts';
import type { GatewayContext, RequestContext } from '../context.ts';

/** Responds with the tokens of a Messages request, estimated with `@majordomo/context` for the first target. */
export async function countTokens(
  { request, caller }: RequestContext,
  { settings }: GatewayContext,
): Promise<Response> {
  const body = await jsonBody(request, settings.maxBodyBytes);
  const parsed = await parseWithMedia(
    (media) => parseMessages(body, media, true),
    settings.fetchMedia,
    request.signal,
  );
  const spec = await specOf(parsed.model, caller, settings);
  // An optional peer, which bundlers omit if it is not installed.
  const context = await import('@majordomo/context').catch(() => undefined);
  if (context === undefined)
    throw new Refusal('no-such-route', 'tokens are counted where @majordomo/context is installed');
  const [first] = await settings.majordomo.resolve(spec, { tenant: caller.tenant });
  return Response.json({
    input_tokens: context.tokenMeter().estimate(parsed.request, first?.target).tokens,
  });
}
