import { Refusal } from '../refusal.ts';
import { namesFor } from '../door/models.ts';
import type { House, Visit } from '../visit.ts';

/** Nobody asks for it, and both wires have it. */
const SINCE = 0;

/** What the caller may ask for, in the form of the client that asks. */
export function listModels({ request, caller }: Visit, { settings }: House): Response {
  const names = namesFor(caller, settings);
  const data = names.map((name) => modelOf(name, request));
  return Response.json(
    isAnthropic(request)
      ? { data, has_more: false, first_id: names[0] ?? null, last_id: names.at(-1) ?? null }
      : { object: 'list', data },
  );
}

/** One of them. */
export function oneModel({ request, caller }: Visit, { settings }: House, name: string): Response {
  if (!namesFor(caller, settings).includes(name))
    throw new Refusal('no-such-model', 'no such model is served here', { path: 'model' });
  return Response.json(modelOf(name, request));
}

const isAnthropic = (request: Request): boolean => request.headers.has('anthropic-version');

const modelOf = (name: string, request: Request): object =>
  isAnthropic(request)
    ? { type: 'model', id: name, display_name: name, created_at: new Date(SINCE).toISOString() }
    : { id: name, object: 'model', created: SINCE, owned_by: 'majordomo' };
