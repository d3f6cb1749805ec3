import type { CallEvent } from '@majordomo/core';
import { newId } from './answering/id.ts';
import { refused } from './answering/refused.ts';
import { isAdmin } from './door/admin.ts';
import { authorized } from './door/authorized.ts';
import { Busy } from './door/busy.ts';
import { tellOperator } from './door/operator.ts';
import { originHeaders, preflight } from './door/origin.ts';
import { createInspector } from './inspector/create-inspector.ts';
import type { GatewayOptions } from './options.ts';
import { FROM_LOOPBACK, type PlatformContext } from './platform-context.ts';
import { ready } from './routes/ready.ts';
import { failureAt, forReading, routed } from './routes/route.ts';
import { settingsOf } from './settings.ts';
import type { House } from './visit.ts';

/** One address for clients of any language. A web-standard handler: Node, Bun, Deno, Workers. */
export interface Gateway {
  /** Answers a request; never rejects. `context`: the platform's, such as a Worker's. */
  fetch(request: Request, context?: PlatformContext): Promise<Response>;
  /** Its own calls are seen without it; for calls that are made beside it. The same event twice counts once. */
  readonly onEvent: (event: CallEvent) => void;
  /** Option `idleMs`, for `serve`. */
  readonly idleMs?: number | undefined;
}

/**
 * OpenAI Chat Completions, OpenAI Responses and Anthropic Messages in, one chain out. Throws `config` for options that
 * cannot be meant.
 *
 * @example
 * const gateway = createGateway({ majordomo, models: { fast: 'groq/llama,openai/gpt-mini' }, authorize });
 * export default { fetch: gateway.fetch };
 */
export function createGateway(options: GatewayOptions): Gateway {
  const settings = settingsOf(options);
  const { majordomo, ledger } = settings;
  const inspector = settings.inspector && createInspector({ ...settings.inspector, majordomo, ledger });
  const onEvent = inspector?.onEvent ?? (() => undefined);
  const house: House = { settings, busy: new Busy(settings.maxConcurrent), onEvent };
  const fetch: Gateway['fetch'] = async (request, context) => {
    const path = new URL(request.url).pathname;
    const requestId = newId('req_');
    // Two names of one thing: OpenAI's clients read the first, Anthropic's the second.
    const about: Record<string, string> = { 'x-request-id': requestId, 'request-id': requestId };
    try {
      // The page has stricter rules of its own, and its own way in.
      if (inspector !== undefined && isInspector(path))
        return await inspector.fetch(request, { admin: await isAdmin(request, requestId, settings) });
      Object.assign(about, originHeaders(request, settings.cors));
      return withHeaders(await entered(request, { path, requestId, context, about }, house), about);
    } catch (error) {
      tellOperator(error, requestId, settings);
      return withHeaders(refused(error, failureAt(path)), about);
    }
  };
  return {
    onEvent: (event) => {
      onEvent(event);
    },
    fetch,
    idleMs: settings.idleMs,
  };
}

const isInspector = (path: string): boolean => /^\/inspector(?:\/|$)/.test(path);

/** Adds headers to a response of the gateway. */
function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

interface Arrival {
  readonly path: string;
  readonly requestId: string;
  readonly context: PlatformContext | undefined;
  readonly about: Record<string, string>;
}

/** What anybody may ask, and then what takes a caller. */
async function entered(
  request: Request,
  { path, requestId, context, about }: Arrival,
  house: House,
): Promise<Response> {
  if (request.method === 'OPTIONS') return preflight(request, about);
  if (path === '/health') return forReading(request, path, () => Response.json({ status: 'alive' }));
  if (path === '/ready') return await forReading(request, path, () => ready(house));
  const isFromLoopback = context?.[FROM_LOOPBACK] === true;
  const caller = await authorized(request, house.settings, isFromLoopback);
  return await routed({ request, path, caller, requestId, context }, house);
}
