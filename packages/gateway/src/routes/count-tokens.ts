import { readMessages } from '../anthropic-messages/read.ts';
import { Refusal } from '../refusal.ts';
import { specOf } from '../door/models.ts';
import { jsonBody } from '../reading/body.ts';
import { readWithMedia } from '../reading/media.ts';
import type { House, Visit } from '../visit.ts';

/** Tokens of a Messages request, as the meter of `@majordomo/context` estimates them for the first target. */
export async function countTokens({ request, caller }: Visit, { settings }: House): Promise<Response> {
  const body = await jsonBody(request, settings.maxBodyBytes);
  const asked = await readWithMedia(
    (media) => readMessages(body, media, true),
    settings.fetchMedia,
    request.signal,
  );
  const spec = await specOf(asked.model, caller, settings);
  // An optional peer: bundlers leave it out where it is not installed.
  const context = await import('@majordomo/context').catch(() => undefined);
  if (context === undefined)
    throw new Refusal('no-such-route', 'tokens are counted where @majordomo/context is installed');
  const [first] = await settings.majordomo.resolve(spec, { tenant: caller.tenant });
  return Response.json({
    input_tokens: context.tokenMeter().estimate(asked.request, first?.target).tokens,
  });
}
