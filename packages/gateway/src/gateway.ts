import type { CallEvent } from '@majordomo/core';
import { newId } from './response/id.ts';
import { refusalResponse } from './response/refusal-response.ts';
import { isAdmin } from './auth/admin.ts';
import { authorize } from './auth/authorize.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { reportToOperator } from './errors/report.ts';
import { originHeaders, preflight } from './auth/cors.ts';
import { Mounts } from './mounts.ts';
import type { GatewayOptions } from './options.ts';
import { FROM_LOOPBACK, type PlatformContext } from './platform-context.ts';
import { ready } from './routes/ready.ts';
import { withHeaders } from './response/headers.ts';
import { addLifecycle } from './response/lifecycle.ts';
import { failureAt, readOnly, route } from './routes/router.ts';
import { settingsOf } from './settings.ts';
import type { GatewayContext, RequestContext } from './context.ts';

/** Handler with the standard `Request` and `Response` of Node, Bun, Deno and Workers, for clients in any language. */
export interface Gateway {
  /** Responds to a request. Never rejects. `context`: context of the platform, such as that of a Worker. */
  fetch(request: Request, context?: PlatformContext): Promise<Response>;
  /**
   * Listener that passes events of the application's own calls to the mounted handlers, such as the inspector. Not needed for
   * calls of the gateway.
   */
  readonly onEvent: (event: CallEvent) => void;
  /** Value of the option `idleMs` of `createGateway`, for `serve`. */
  readonly idleMs?: number | undefined;
}

/**
 * Creates a handler that serves chains as OpenAI Chat Completions, OpenAI Responses and Anthropic Messages. Throws `config` for
 * invalid options.
 *
 * @example
 * const gateway = createGateway({ majordomo, models: { fast: 'groq/llama,openai/gpt-mini' }, authorize });
 * export default { fetch: gateway.fetch };
 */
export function createGateway(options: GatewayOptions): Gateway {
  const settings = settingsOf(options);
  const mounts = new Mounts(settings);
  const gateway: GatewayContext = {
    settings,
    concurrency: new ConcurrencyLimit(settings.maxConcurrent),
    onEvent: mounts.onEvent,
  };
  const fetch: Gateway['fetch'] = async (request, platform) => {
    const path = new URL(request.url).pathname;
    const requestId = newId('req_');
    // OpenAI's clients read `x-request-id`, and Anthropic's clients read `request-id`.
    const headers: Record<string, string> = { 'x-request-id': requestId, 'request-id': requestId };
    try {
      const mounted = mounts.at(path);
      // Mounted handlers check access themselves, more strictly than `authorize`.
      if (mounted !== undefined)
        return await mounted.fetch(request, { admin: await isAdmin(request, requestId, settings) });
      Object.assign(headers, originHeaders(request, settings.cors));
      const response = await respond(request, { path, requestId, platform, headers }, gateway);
      return withHeaders(await addLifecycle(response, settings), headers);
    } catch (error) {
      reportToOperator(error, requestId, settings);
      return withHeaders(refusalResponse(error, failureAt(path)), headers);
    }
  };
  return {
    onEvent: (event) => {
      mounts.onEvent(event);
    },
    fetch,
    idleMs: settings.idleMs,
  };
}

interface Arrival extends Omit<RequestContext, 'request' | 'caller'> {
  readonly headers: Record<string, string>;
}

/** Responds to requests that need no caller. Authorizes all other requests. */
async function respond(
  request: Request,
  { path, requestId, platform, headers }: Arrival,
  gateway: GatewayContext,
): Promise<Response> {
  if (request.method === 'OPTIONS') return preflight(request, headers);
  if (path === '/health') return readOnly(request, path, () => Response.json({ status: 'alive' }));
  if (path === '/ready') return await readOnly(request, path, () => ready(gateway));
  const isFromLoopback = platform?.[FROM_LOOPBACK] === true;
  const caller = await authorize(request, gateway.settings, isFromLoopback);
  return await route({ request, path, caller, requestId, platform }, gateway);
}
