import type { ImagePart } from '@majordomo/core';
import { parseMessages } from '../anthropic-messages/read.ts';
import { Refusal } from '../errors/refusal.ts';
import { specOf } from '../auth/models.ts';
import { jsonBody } from '../parsing/body.ts';
import { refuseUrl, type Media } from '../parsing/media.ts';
import type { GatewayContext, RequestContext } from '../context.ts';

/** Image that replaces media at URLs, which are not fetched. Its size is unknown, so it counts as a large image. */
const UNKNOWN_IMAGE: ImagePart = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array() };

/**
 * Responds with the number of input tokens of a Messages request, as estimated by `@majordomo/context` for the first target.
 * Fetches no media.
 */
export async function countTokens(
  arrival: RequestContext,
  { settings, concurrency }: GatewayContext,
): Promise<Response> {
  const { request, caller, trace } = arrival;
  const media: Media = {
    byUrl: (_url, path) => (settings.fetchMedia === undefined ? refuseUrl(path) : UNKNOWN_IMAGE),
  };
  const release = concurrency.enter();
  try {
    const parsed = parseMessages(await jsonBody(request, settings.maxBodyBytes), media, true);
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
  } finally {
    release();
  }
}
