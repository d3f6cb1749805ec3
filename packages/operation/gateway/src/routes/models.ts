import { Refusal } from '../errors/refusal.ts';
import { namesFor } from '../auth/models.ts';
import { isAnthropic } from '../files/forms.ts';
import { GEMINI_METHODS, isGemini } from '../gemini-generate/paths.ts';
import type { GatewayContext, RequestContext } from '../context.ts';

/** Creation date of every model, in seconds since 1970. Both wires require a date, but the gateway has no dates of models. */
const CREATED = 0;

/** Lists the models that the caller may use, in the format of the caller's client. */
export function listModels({ request, caller }: RequestContext, { settings }: GatewayContext): Response {
  const names = namesFor(caller, settings);
  const data = names.map((name) => modelOf(name, request));
  if (isGemini(request)) return Response.json({ models: data });
  return Response.json(
    isAnthropic(request)
      ? { data, has_more: false, first_id: names[0] ?? null, last_id: names.at(-1) ?? null }
      : { object: 'list', data },
  );
}

/** Returns one model in the format of the client. */
export function oneModel(
  { request, caller }: RequestContext,
  { settings }: GatewayContext,
  name: string,
): Response {
  if (!namesFor(caller, settings).includes(name))
    throw new Refusal('no-such-model', 'unknown model; see GET /v1/models', { path: 'model' });
  return Response.json(modelOf(name, request));
}

function modelOf(name: string, request: Request): object {
  if (isGemini(request))
    return { name: `models/${name}`, displayName: name, supportedGenerationMethods: GEMINI_METHODS };
  return isAnthropic(request)
    ? { type: 'model', id: name, display_name: name, created_at: new Date(CREATED).toISOString() }
    : { id: name, object: 'model', created: CREATED, owned_by: 'majordomo' };
}
