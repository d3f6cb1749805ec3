import { LlmError, type CallEvent, type ChatRequest } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { checkLoopbackHost, checkOrigin, createAccess } from './access.ts';
import { answer, jsonAnswer, Refusal, refused } from './answers.ts';
import { feedResponse } from './feed.ts';
import { meaningOf } from './meaning.ts';
import { costsOf, limitsOf, spendingOf } from './money.ts';
import { checkedOptions, type InspectorOptions, type InspectorSetup } from './options.ts';
import { pageAnswer } from './page-answer.ts';
import { steer } from './steer.ts';
import { watch } from './watch.ts';

/** Watches calls, and serves the page that shows them. */
export interface Inspector {
  /** Path at which the inspector is mounted. */
  readonly path: string;
  /** For `onEvent`; the same event twice counts once. `request`: what the call asks, where content is shown. */
  readonly onEvent: (event: CallEvent, request?: ChatRequest) => void;
  /** Answers everything at and below its path. `admin`: let in without the token. */
  fetch(request: Request, options?: { readonly admin?: boolean | undefined }): Promise<Response>;
}

/** Guests of the inspector (resolvers, routers, stores of the ledger) get so many ms. */
const PATIENCE_MS = 10_000;

/**
 * A page that shows calls as they happen, health, spending and what specs mean.
 *
 * @example
 * const inspector = createInspector({ majordomo, ledger, token });
 * const watched = majordomo.with({ onEvent: inspector.onEvent }); // what it calls is seen
 * // in a handler: if (new URL(request.url).pathname.startsWith('/inspector')) return inspector.fetch(request);
 */
export function createInspector(options: InspectorOptions): Inspector {
  const setup = checkedOptions(options);
  const watching = watch(setup);
  const access = createAccess(setup.token, setup.path);
  const isPage = (url: URL): boolean => url.pathname === setup.path || url.pathname === `${setup.path}/`;

  async function fetch(request: Request, admin: boolean): Promise<Response> {
    const url = new URL(request.url);
    if (setup.loopback === true) checkLoopbackHost(request);
    checkOrigin(request, isPage(url));
    const token = url.searchParams.get('token');
    if (isPage(url) && token !== null) return entered(token, request, url);
    if (!admin && !access.holds(request)) throw closed(setup);
    return isPage(url) ? pageAnswer(request) : routed(request, url);
  }

  async function entered(token: string, request: Request, { protocol }: URL): Promise<Response> {
    const isSecure = protocol === 'https:' || request.headers.get('x-forwarded-proto') === 'https';
    const cookie = await access.cookieFor(token, isSecure);
    if (cookie === undefined) throw new Refusal(401, 'this is not the token of this inspector');
    return answer(null, { location: setup.path, 'set-cookie': cookie }, 303);
  }

  async function routed(request: Request, url: URL): Promise<Response> {
    const route = `${request.method} ${url.pathname.slice(setup.path.length)}`;
    if (route === 'GET /events') return feedResponse(request, watching.feeding);
    const patience = new AbortController();
    const cancel = setup.clock.timer(PATIENCE_MS, () => {
      patience.abort(new Refusal(504, 'what was asked did not answer in time'));
    });
    const signal = AbortSignal.any([request.signal, patience.signal]);
    try {
      return await abortable(data(route, request, url.searchParams, signal), signal);
    } finally {
      cancel();
    }
  }

  async function data(
    route: string,
    request: Request,
    query: URLSearchParams,
    signal: AbortSignal,
  ): Promise<Response> {
    const { majordomo, clock } = setup;
    switch (route) {
      case 'GET /content':
        return jsonAnswer(watching.contents?.get(query.get('id') ?? '') ?? { asked: [] });
      case 'GET /meaning':
        return jsonAnswer(await meaningOf(query, setup, signal));
      case 'GET /costs':
        return jsonAnswer(await costsOf(query, ledgerOf(setup)));
      case 'GET /limits':
        return jsonAnswer(await limitsOf(ledgerOf(setup)));
      case 'GET /spending':
        return jsonAnswer(await spendingOf(query, ledgerOf(setup), clock.now()));
      case 'POST /steer':
        await steer(request, majordomo.health);
        return jsonAnswer({});
      default:
        throw new Refusal(404, 'there is nothing here');
    }
  }

  return {
    path: setup.path,
    onEvent: watching.onEvent,
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
  if (ledger === undefined) throw new Refusal(404, 'no ledger keeps books here');
  return ledger;
}

function closed({ token }: InspectorSetup): Refusal {
  const how =
    token === undefined
      ? 'give the inspector a token, or let authorize answer { admin: true }'
      : 'open the address with its token once more';
  return new Refusal(401, `the inspector is not open to everybody: ${how}`);
}

/** What failed outside is told as far as it is known to hold no secret. */
function asRefusal(error: unknown, { redactor }: InspectorSetup): Refusal {
  if (error instanceof Refusal) return error;
  return LlmError.is(error)
    ? new Refusal(502, redactor.text(error.message))
    : new Refusal(500, 'what was asked failed in this process; its log may say why');
}
