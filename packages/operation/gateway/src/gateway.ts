import { systemClock, type CallEvent, type ChatRequest } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { newId } from './response/id.ts';
import { refusalResponse } from './response/refusal-response.ts';
import { isAdmin, authorize } from './auth/authorize.ts';
import { watchCaller } from './auth/watch-caller.ts';
import { LoadLimit } from './load-limit.ts';
import { whileConnected } from './errors/refusal.ts';
import { FileCopies } from './files/file-copies.ts';
import { ResumableUploads } from './files/resumable-uploads.ts';
import { refusalOf } from './errors/refusal-of.ts';
import { OperatorReports, reportToOperator } from './errors/report.ts';
import { originHeaders, preflight } from './auth/cors.ts';
import { JobTimer } from './job-timer.ts';
import { Mounts } from './mounts.ts';
import { Metrics } from './metrics/metrics.ts';
import type { GatewayOptions, GatewayUpdate, Settings } from './options.ts';
import { FROM_LOOPBACK, OPEN_SOCKET, type PlatformContext } from './platform-context.ts';
import { Readiness } from './readiness.ts';
import { withHeaders } from './response/headers.ts';
import { addLifecycle } from './response/lifecycle.ts';
import { failureFor, readOnly, route } from './routes/router.ts';
import { RequestTrace } from './request-trace.ts';
import { RunningCalls } from './running-calls.ts';
import { metricsRoute } from './routes/metrics.ts';
import { checkUpdate, settingsOf } from './settings.ts';
import { SocketLimit } from './socket-limit.ts';
import type { GatewayContext, RequestContext } from './context.ts';

/** HTTP handler for clients in any language. It uses the standard `Request` and `Response` of Node, Bun, Deno and Workers. */
export interface Gateway {
  /** Responds to a request. Never rejects. `context`: the platform's context, such as `ctx` of a Worker. */
  fetch(request: Request, context?: PlatformContext): Promise<Response>;
  /**
   * Listener that passes events of calls outside the gateway to the mounted handlers, such as the inspector. Events of calls
   * through the gateway are passed automatically.
   */
  readonly onEvent: (event: CallEvent) => void;
  /** Value of the option `idleMs`, in milliseconds. `serve` reads it. */
  readonly idleMs?: number | undefined;
  /** Value of the option `maxBodyBytes`, in bytes. `serve` limits the messages of WebSockets and discarded bodies to it. */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Replaces options for new requests. Requests in progress use the previous options. If the change is invalid, throws `config`
   * and changes nothing.
   */
  update(change: GatewayUpdate): void;
  /**
   * Makes `/ready` respond with 503 from now on, and ends the timer that continues background responses of stopped gateways. Requests
   * are still served.
   */
  drain(): void;
  /**
   * Resolves when all calls have ended, so that their gates have received the outcomes, or after `maxMs` milliseconds. `serve` calls it
   * after it has closed the connections.
   */
  callsEnded(maxMs: number): Promise<void>;
}

/**
 * Creates a handler that serves chains through Anthropic Messages, Gemini's generateContent, and OpenAI's APIs: Chat Completions,
 * Responses, embeddings, audio, images, moderations and decisions. Throws `config` for invalid options.
 *
 * @example
 * const gateway = createGateway({ majordomo, models: { fast: 'groq/llama,openai/gpt-mini' }, authorize });
 * export default { fetch: gateway.fetch };
 */
export function createGateway(options: GatewayOptions): Gateway {
  const reports = new OperatorReports();
  const metrics = new Metrics();
  let currentOptions = options;
  let settings = settingsOf(options, reports);
  let isDraining = false;
  const mounts = new Mounts(settings);
  const concurrency = new LoadLimit(settings);
  const sockets = new SocketLimit(concurrency);
  const resumable = new ResumableUploads();
  const copies = new FileCopies();
  const runningCalls = new RunningCalls();
  // `update` cannot change `onEvent` and `onRequest`, so those of the first options are called.
  const onEvent = (event: CallEvent, request?: ChatRequest): void => {
    mounts.onEvent(event, request);
    notify(options.onEvent, event, request);
    runningCalls.onEvent(event);
  };
  const contextOf = (current: Settings): GatewayContext => ({
    settings: current,
    concurrency,
    sockets,
    resumable,
    copies,
    onEvent,
    metrics,
    mounts,
    readiness: new Readiness(current),
    isDraining: () => isDraining,
  });
  let context = contextOf(settings);
  const jobs = new JobTimer(
    () => settings.background,
    (error) => {
      // The failure of a poll belongs to no request, so its report has a new id.
      reportToOperator(error, newId('req_'), context.settings);
    },
  );

  const fetch: Gateway['fetch'] = async (request, platform) => {
    // `update` does not change the options of requests in progress.
    const gateway = context;
    // Starts the timer once. Some platforms allow no timers before the first request.
    if (gateway.settings.background !== undefined) jobs.start();
    const path = new URL(request.url).pathname;
    const requestId = newId('req_');
    const trace = new RequestTrace(request, requestId, (event) => {
      metrics.onRequest(event);
      notify(options.onRequest, event);
    });
    metrics.onRequestStart();
    // OpenAI's clients read `x-request-id`, and Anthropic's clients read `request-id`.
    const headers: Record<string, string> = { 'x-request-id': requestId, 'request-id': requestId };
    let response: Response;
    try {
      const mounted = mounts.at(path);
      if (mounted !== undefined) {
        trace.route = mounted.path;
        // Mounted handlers check access themselves, so the request is not refused here.
        const admin = await isAdmin(request, requestId, gateway.settings);
        response = await whileConnected(() => mounted.fetch(request, { admin }), request.signal);
      } else {
        Object.assign(headers, originHeaders(request, gateway.settings.cors));
        const answer = await respond({ request, path, requestId, platform, headers, trace }, gateway);
        response = withHeaders(await addLifecycle(answer, gateway.settings, request.signal), headers);
      }
    } catch (error) {
      reportToOperator(error, requestId, gateway.settings);
      const refusal = refusalOf(error);
      trace.fail(refusal);
      response = withHeaders(refusalResponse(refusal, failureFor(request, path, gateway.settings)), headers);
    }
    trace.end(response.status);
    return response;
  };
  return {
    onEvent: (event) => {
      mounts.onEvent(event);
    },
    fetch,
    get idleMs() {
      return settings.idleMs;
    },
    get maxBodyBytes() {
      return settings.maxBodyBytes;
    },
    update(change) {
      try {
        checkUpdate(change);
        settings = settingsOf({ ...currentOptions, ...change }, reports);
      } catch (error) {
        metrics.onUpdate(false, systemClock.now());
        throw error;
      }
      currentOptions = { ...currentOptions, ...change };
      concurrency.settings = settings;
      context = contextOf(settings);
      mounts.update(settings);
      metrics.onUpdate(true, systemClock.now());
    },
    drain() {
      isDraining = true;
      jobs.stop();
    },
    callsEnded: (maxMs) => runningCalls.ended(maxMs),
  };
}

interface Arrival extends Omit<RequestContext, 'caller'> {
  readonly headers: Record<string, string>;
}

/** Responds to a request. Authorizes the request first, unless its route requires no authorization. */
async function respond({ headers, ...arrival }: Arrival, gateway: GatewayContext): Promise<Response> {
  const { request, path, requestId, platform, trace } = arrival;
  const { settings } = gateway;
  if (['/health', '/ready', '/metrics'].includes(path)) trace.route = path;
  if (request.method === 'OPTIONS') return preflight(request, headers);
  if (path === '/health') return readOnly(request, path, () => Response.json({ status: 'alive' }));
  if (path === '/ready')
    return await readOnly(request, path, () => gateway.readiness.respond(gateway.isDraining(), requestId));
  if (path === '/metrics' && settings.metrics !== undefined)
    return await readOnly(request, path, () => metricsRoute(arrival, gateway));
  const isFromLoopback = platform?.[FROM_LOOPBACK] === true;
  const caller = await authorize(request, settings, isFromLoopback);
  trace.caller = caller;
  // For the check of an upgrade, `serve` receives a place for the WebSocket under the limits of the caller.
  platform?.[OPEN_SOCKET]?.(
    gateway.sockets.enter(caller, settings, (onRefused) =>
      watchCaller({ request, caller }, settings, onRefused),
    ),
  );
  return await route({ ...arrival, caller }, gateway);
}
