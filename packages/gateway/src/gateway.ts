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
import { failureAt, readOnly, route } from './routes/router.ts';
import { settingsOf } from './settings.ts';
import type { GatewayContext } from './context.ts';

/** One address for clients of any language. A web-standard handler: Node, Bun, Deno, Workers. */
export interface Gateway {
  /** Responds to a request; never rejects. `context`: the context of the platform, such as a Worker's. */
  fetch(request: Request, context?: PlatformContext): Promise<Response>;
  /**
   * Reports events of calls that the application makes to the mounted handlers, such as the inspector. The gateway reports the
   * events of its calls itself.
   */
  readonly onEvent: (event: CallEvent) => void;
  /** Option `idleMs` of `createGateway`, which `serve` reads. */
  readonly idleMs?: number | undefined;
}

/**
 * Creates a handler that serves a chain as OpenAI Chat Completions, OpenAI Responses and Anthropic Messages. Throws `config`
 * for invalid options.
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
    // OpenAI's clients read the first, Anthropic's the second.
    const headers: Record<string, string> = { 'x-request-id': requestId, 'request-id': requestId };
    try {
      const mounted = mounts.at(path);
      // Mounted handlers have their own, stricter access rules.
      if (mounted !== undefined)
        return await mounted.fetch(request, { admin: await isAdmin(request, requestId, settings) });
      Object.assign(headers, originHeaders(request, settings.cors));
      return withHeaders(await respond(request, { path, requestId, platform, headers }, gateway), headers);
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

/** Adds headers to a response of the gateway. */
function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

interface Arrival {
  readonly path: string;
  readonly requestId: string;
  readonly platform: PlatformContext | undefined;
  readonly headers: Record<string, string>;
}

/** Responds to requests that need no caller, and authorizes the others. */
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
