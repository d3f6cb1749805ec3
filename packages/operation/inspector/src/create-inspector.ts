import { LlmError, type CallEvent, type ChatRequest } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { checkLoopbackHost, checkOrigin, createAccess } from './access.ts';
import { answer, jsonAnswer, Refusal, refused } from './answers.ts';
import { feedResponse } from './feed.ts';
import { meaningOf } from './meaning.ts';
import { costsOf, limitsOf, spendingOf } from './money.ts';
import { checkedOptions, type InspectorOptions, type InspectorSetup } from './options.ts';
import { play } from './playground.ts';
import { pageAnswer } from './page-answer.ts';
import { setBench } from './set-bench.ts';
import { watch } from './watch.ts';

/** Handler for HTTP requests that shows calls on a page. */
export interface Inspector {
  /** Path at which the inspector is mounted. */
  readonly path: string;
  /** Listener for events of calls. Ignores repeated events. The page shows the call's `request` if `content` is set. */
  readonly onEvent: (event: CallEvent, request?: ChatRequest) => void;
  /** Handles requests at and below `path`. Never rejects. `admin: true` gives access without the token. @default false */
  fetch(request: Request, options?: { readonly admin?: boolean | undefined }): Promise<Response>;
  /** Replaces options after a configuration reload. The new majordomo must share the health of the previous one. */
  update(change: Partial<Pick<InspectorOptions, 'majordomo' | 'models' | 'router'>>): void;
}

/** Path of the admin API below the inspector's path. */
const API = '/api/v1';
/** Maximum time to wait for resolvers, routers and the ledger's store, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Creates an inspector. Throws `config` for invalid options.
 *
 * @example
 * const inspector = createInspector({ majordomo, ledger, token });
 * const watched = majordomo.with({ onEvent: inspector.onEvent }); // the inspector shows the calls of `watched`
 * // in a handler: if (new URL(request.url).pathname.startsWith('/inspector')) return inspector.fetch(request);
 */
export function createInspector(options: InspectorOptions): Inspector {
  let setup = checkedOptions(options);
  const watching = watch(setup, () => ({
    presets: setup.router?.names() ?? [],
    models: Object.keys(setup.models ?? {}),
    hasAdmin: setup.admin !== undefined,
    hasMcp: setup.admin?.hasMcp === true,
    hasPlayground: setup.playground !== false,
  }));
  const access = createAccess(setup.token, setup.path);
  const isPage = (url: URL): boolean => url.pathname === setup.path || url.pathname === `${setup.path}/`;

  async function fetch(request: Request, admin: boolean): Promise<Response> {
    const url = new URL(request.url);
    if (setup.loopback === true) checkLoopbackHost(request);
    checkOrigin(request, isPage(url));
    const token = url.searchParams.get('token');
    if (isPage(url) && token !== null) return signIn(token, request, url);
    if (!admin && !access.holds(request)) throw closed(setup);
    return isPage(url) ? pageAnswer(request) : routed(request, url);
  }

  function signIn(token: string, request: Request, { protocol }: URL): Response {
    const isSecure = protocol === 'https:' || request.headers.get('x-forwarded-proto') === 'https';
    const cookie = access.cookieFor(token, isSecure);
    if (cookie === undefined) throw new Refusal(401, 'token: wrong token; use the token of this inspector');
    return answer(null, { location: setup.path, 'set-cookie': cookie }, 303);
  }

  /** Passes a request of the page to the admin API. Omits the cookie and the origin, because they have already been checked. */
  function adminApi(request: Request, { origin, pathname, search }: URL): Promise<Response> {
    const { admin } = setup;
    if (admin === undefined)
      throw new Refusal(404, 'admin: this inspector has no admin API; pass the option admin');
    const address = `${origin}${admin.path}${pathname.slice(`${setup.path}${API}`.length)}${search}`;
    const { method, body, signal } = request;
    const headers = { 'content-type': request.headers.get('content-type') ?? '' };
    // Node requires `duplex` for a body that is a stream.
    const init = body === null ? {} : { body, duplex: 'half' as const };
    return admin.fetch(new Request(address, { method, headers, signal, ...init }), {
      admin: true,
      by: 'inspector',
    });
  }

  async function routed(request: Request, url: URL): Promise<Response> {
    if (url.pathname.startsWith(`${setup.path}${API}/`)) return adminApi(request, url);
    const route = `${request.method} ${url.pathname.slice(setup.path.length)}`;
    if (route === 'GET /events') return feedResponse(request, watching.source);
    if (route === 'POST /play') return play(request, setup, watching.onEvent);
    // The timeout applies only to the routes of `dataResponse`, because streams last longer.
    const timeout = new AbortController();
    const cancel = setup.clock.timer(TIMEOUT_MS, () => {
      timeout.abort(
        new Refusal(504, 'timeout: a resolver, router or store did not respond within 10 seconds; try again'),
      );
    });
    const signal = AbortSignal.any([request.signal, timeout.signal]);
    try {
      return await abortable(dataResponse(route, request, url.searchParams, signal), signal);
    } finally {
      cancel();
    }
  }

  async function dataResponse(
    route: string,
    request: Request,
    query: URLSearchParams,
    signal: AbortSignal,
  ): Promise<Response> {
    const { majordomo, clock } = setup;
    switch (route) {
      case 'GET /content':
        return jsonAnswer(watching.contents?.get(query.get('id') ?? '') ?? { messages: [] });
      case 'GET /meaning':
        return jsonAnswer(await meaningOf(query, setup, signal));
      case 'GET /costs':
        return jsonAnswer(await costsOf(query, ledgerOf(setup)));
      case 'GET /limits':
        return jsonAnswer(await limitsOf(ledgerOf(setup)));
      case 'GET /spending':
        return jsonAnswer(await spendingOf(query, ledgerOf(setup), clock.now()));
      case 'POST /steer':
        await setBench(request, majordomo.health);
        return jsonAnswer({});
      default:
        throw new Refusal(404, 'path: unknown path of the inspector; open its main page');
    }
  }

  return {
    path: setup.path,
    onEvent: watching.onEvent,
    update(change) {
      setup = checkedOptions({ ...setup, ...change });
    },
    fetch: async (request, { admin = false } = {}) => {
      try {
        return await fetch(request, admin);
      } catch (error) {
        return refused(asRefusal(error, setup));
      }
    },
  };
}

function ledgerOf({ ledger }: InspectorSetup) {
  if (ledger === undefined)
    throw new Refusal(404, 'ledger: this inspector has no ledger; pass the option ledger');
  return ledger;
}

function closed({ token, path }: InspectorSetup): Refusal {
  const how =
    token === undefined
      ? 'set a token, or return { admin: true } from authorize'
      : `add the token to its address, as in ${path}?token=…`;
  return new Refusal(401, `the inspector requires access; ${how}`);
}

/** Converts an error to an error response. The response contains only messages of `LlmError`, after redaction. */
function asRefusal(error: unknown, { redactor }: InspectorSetup): Refusal {
  if (error instanceof Refusal) return error;
  return LlmError.is(error)
    ? new Refusal(502, redactor.text(error.message))
    : new Refusal(500, 'the request failed in the server process; its log may contain the reason');
}
