import { specOf } from '../auth/models.ts';
import type { GatewayContext, RequestContext } from '../context.ts';
import type { GeminiMethod } from '../gemini-generate/paths.ts';
import { parseGemini } from '../gemini-generate/read.ts';
import { invalid, object } from '../parsing/fields.ts';
import { chatRoute } from './chat.ts';
import { estimateTokens } from './count-tokens.ts';

/** Responds to a method of a model. */
export async function geminiRoute(
  context: RequestContext,
  gateway: GatewayContext,
  { model, method }: GeminiMethod,
): Promise<Response> {
  // As in Google's API, the error of an unknown model precedes that of an invalid body, because the path names the model.
  await specOf(model, context, gateway.settings);
  if (method === 'countTokens') {
    const totalTokens = await estimateTokens(context, gateway, (body, _stored, media) =>
      parseGemini(countedBody(body), media, { model, isStreamed: false }),
    );
    return Response.json({ totalTokens });
  }
  const isStreamed = method === 'streamGenerateContent';
  if (isStreamed && new URL(context.request.url).searchParams.get('alt') !== 'sse')
    invalid('alt', 'must be sse, because this gateway streams only server-sent events');
  return chatRoute(
    context,
    gateway,
    () => (body, namedContent) => parseGemini(body, namedContent, { model, isStreamed }),
  );
}

/** Returns the request whose tokens are counted: the body, or its member `generateContentRequest`. */
function countedBody(value: unknown): unknown {
  const body = object(value, '');
  return body.isSet('generateContentRequest') ? body.value['generateContentRequest'] : value;
}
