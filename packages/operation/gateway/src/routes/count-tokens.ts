import type * as Context from '@majordomo/context';
import type { ImagePart } from '@majordomo/core';
import { parseMessages } from '../anthropic-messages/read.ts';
import { limitsOf } from '../load-limit.ts';
import { specOf } from '../auth/models.ts';
import { NamedContent } from '../named-content.ts';
import { responsesOf } from '../openai-responses/current-responses.ts';
import { prepareResponses } from '../openai-responses/state.ts';
import { jsonBody } from '../parsing/body.ts';
import { refuseFile, refuseUrl, type Media } from '../parsing/media.ts';
import type { GatewayContext, RequestContext } from '../context.ts';
import type { ParsedRequest } from '../wire.ts';
import { Refusal } from '../errors/refusal.ts';

/** Image that replaces media at URLs and stored files, which are not fetched. Its size is unknown, so it counts as a large image. */
const UNKNOWN_IMAGE: ImagePart = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array() };

/** Parser of a request whose tokens are counted. `stored`: stored responses that the request names. */
type ParseCounted = (body: unknown, stored: NamedContent, media: Media) => ParsedRequest;

/** Responds with the estimated number of input tokens of a Messages request. */
export async function countMessages(context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const parse: ParseCounted = (body, _stored, media) => parseMessages(body, media, 'count');
  return Response.json({ input_tokens: await estimateTokens(context, gateway, parse) });
}

/** Responds with the estimated number of input tokens of a Responses request, including those of stored responses. */
export async function countInput(context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const parse = await prepareResponses(context, gateway);
  const tokens = await estimateTokens(context, gateway, parse);
  return Response.json({ object: 'response.input_tokens', input_tokens: tokens });
}

/** Returns the number of input tokens that `@majordomo/context` estimates for the first target. Fetches no media. */
export async function estimateTokens(
  arrival: RequestContext,
  gateway: GatewayContext,
  parse: ParseCounted,
): Promise<number> {
  const { request, caller, trace } = arrival;
  const { settings, concurrency } = gateway;
  const media: Media = {
    byFile: (_id, path) => (settings.files === undefined ? refuseFile(path) : UNKNOWN_IMAGE),
    byUrl: (_url, path) => (settings.fetchMedia === undefined ? refuseUrl(path) : UNKNOWN_IMAGE),
  };
  const place = concurrency.enter();
  try {
    const body = await jsonBody(request, limitsOf(settings, place));
    const stored = new NamedContent(arrival, settings, responsesOf(arrival, gateway));
    // Finds the stored responses and the tools of MCP servers that the body names. The request is parsed again with them.
    const draft = parse(body, stored, media);
    trace.model = draft.model;
    const spec = await specOf(draft.model, arrival, settings);
    const parsed = await stored.complete(draft, () => parse(body, stored, media));
    const context = await contextPackage('counting tokens');
    const [first] = await settings.majordomo.resolve(spec, { tenant: caller.tenant, signal: request.signal });
    return context.tokenMeter().estimate(parsed.request, first?.target).tokens;
  } finally {
    place.leave();
  }
}

/** Returns `@majordomo/context`, an optional peer dependency. `what`: what requires the package, for the refusal without it. */
export async function contextPackage(what: string): Promise<typeof Context> {
  const context = await import('@majordomo/context').catch(() => undefined);
  if (context !== undefined) return context;
  throw new Refusal(
    'no-such-route',
    `${what} requires the package @majordomo/context; the operator must install it`,
  );
}
