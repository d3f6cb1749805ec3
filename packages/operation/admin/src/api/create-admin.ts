import { LlmError, systemClock, type JsonObject } from '@majordomo/core';
import { checkOptions, withTimeout, type KindsOf } from '@majordomo/core/toolkit';
import type { Ledger } from '@majordomo/ledger';
import { sha256Hex } from '@majordomo/redact';
import { checkFits, fail } from '../check-value.ts';
import type { CallLog } from '../call-log/create-call-log.ts';
import type { MetricSample } from '../metric-sample.ts';
import type { Keys } from '../keys/create-keys.ts';
import { answerTo, answerWith, Refusal } from './answer.ts';
import { callRoutes } from './call-routes.ts';
import { keyRoutes, type KeyChangeEvent } from './key-routes.ts';
import { ledgerRoutes } from './ledger-routes.ts';
import { mcpRoutes, type McpReview } from './mcp-routes.ts';
import { modelRoutes, type ServedModel } from './model-routes.ts';
import { openapiOf } from './openapi.ts';
import { readBody } from './read-body.ts';
import type { Route } from './route.ts';
import { object } from '../schema.ts';

/** Options of `createAdmin`. */
export interface AdminOptions {
  /** Keys to manage. @default none: the routes of keys return status 404 */
  readonly keys?: Keys | undefined;
  /** Call log. @default none: the routes of calls return status 404 */
  readonly calls?: CallLog | undefined;
  /** Ledger for spending and limits. @default none: the routes of spending and limits return status 404 */
  readonly ledger?: Ledger | undefined;
  /**
   * Returns the served names with their current targets, for `GET /models`.
   *
   * @default none: the route returns status 404
   */
  readonly models?: (() => Promise<readonly ServedModel[]>) | undefined;
  /** MCP servers, such as the result of `mcpGateway`. @default none: the routes of MCP servers return status 404 */
  readonly mcp?: McpReview | undefined;
  /**
   * Token of at least 16 characters. A request with the token as `authorization: Bearer` has access.
   *
   * @default none: only keys with `admin`, and callers that the mounting server admits, have access
   */
  readonly token?: string | undefined;
  /** Path at which the API is mounted. @default '/admin/v1' */
  readonly path?: string | undefined;
  /** Listener for changes of keys, for an audit log. */
  readonly onChange?: ((change: KeyChangeEvent) => void) | undefined;
}

/** Admin API for keys, calls, spending, limits, served models and MCP servers, as JSON. */
export interface Admin {
  /** Path at which the API is mounted. */
  readonly path: string;
  /** Whether the API has the MCP servers of a gateway. */
  readonly hasMcp: boolean;
  /** Responds to a request. Never rejects. With `admin: true`, no token is needed. `by`: name for `onChange`, default `admin`. */
  fetch(
    request: Request,
    options?: { readonly admin?: boolean | undefined; readonly by?: string | undefined },
  ): Promise<Response>;
  /** Returns the OpenAPI 3.1 document of the API, which `GET …/openapi.json` also returns. */
  openapi(): JsonObject;
  /** Returns whether a token is the option `token`. The gateway then returns its metrics to a client with the token. */
  accepts(token: string): boolean;
  /** Returns the metrics of the call log, for `GET /metrics` of the gateway. Without a call log, returns `[]`. */
  metrics(): readonly MetricSample[];
}

const KINDS: KindsOf<AdminOptions> = {
  keys: 'object with authorize',
  calls: 'object with page',
  ledger: 'object with report',
  models: 'function',
  mcp: 'object with changedTools',
  token: 'string',
  path: 'string',
  onChange: 'function',
};
const MIN_TOKEN = 16;
const MAX_ANSWER_MS = 60_000;

/** Creates the API. Throws `config` for an invalid option. */
export function createAdmin(options: AdminOptions): Admin {
  checkOptions('createAdmin', options, KINDS);
  const { keys, calls, ledger, models, mcp, token, path = '/admin/v1', onChange } = options;
  if (token !== undefined && token.length < MIN_TOKEN)
    throw new LlmError('config', `createAdmin: token must have at least ${MIN_TOKEN} characters`, {
      path: 'token',
    });
  if (!/^(?:\/[\w.-]+)+$/.test(path)) fail('createAdmin', 'path', 'must be a path such as /admin/v1', path);
  const routes = [
    ...(keys === undefined ? [] : keyRoutes(keys, ledger, onChange)),
    ...(calls === undefined ? [] : callRoutes(calls)),
    ...(ledger === undefined ? [] : ledgerRoutes(ledger)),
    ...(models === undefined ? [] : modelRoutes(models)),
    ...(mcp === undefined ? [] : mcpRoutes(mcp)),
  ];
  const document = openapiOf(routes, path);
  // Compare hashes, so that the duration of the comparison reveals nothing about the token.
  const tokenHash = token === undefined ? undefined : sha256Hex(token);

  const accepts: Admin['accepts'] = (given) => tokenHash !== undefined && sha256Hex(given) === tokenHash;

  const callerOf = async (request: Request): Promise<string> => {
    const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
    if (accepts(bearer)) return 'token';
    const caller = await keys?.authorize(request);
    if (caller === undefined) throw new Refusal('unauthorized', 'the token or key is missing or unknown');
    if (!caller.admin) throw new Refusal('forbidden', 'the key has no admin access; use an admin key');
    return caller.key;
  };

  const handle: Admin['fetch'] = async (request, { admin = false, by = 'admin' } = {}) => {
    const url = new URL(request.url);
    const origin = request.headers.get('origin');
    if (origin !== null && origin !== url.origin)
      throw new Refusal('forbidden', 'pages of other origins have no access');
    const caller = admin ? by : await callerOf(request);
    const place = url.pathname.startsWith(`${path}/`) ? url.pathname.slice(path.length) : '';
    if (place === '/openapi.json' && request.method === 'GET') return answerWith(document, 200);
    const { route, id } = findRoute(routes, place, request.method);
    const query = await queryOf(route, url.searchParams);
    const body = route.body === undefined ? {} : await readBody(request);
    if (route.body !== undefined) await checkFits('the body', route.body, body);
    // If a store does not respond, the client must still receive a response, so limit the time.
    const answering = route.handle({ by: caller, id, query, body });
    const answer = await withTimeout(answering, MAX_ANSWER_MS, systemClock);
    return answer instanceof Response ? answer : answerWith(answer, route.status);
  };

  return {
    path,
    hasMcp: mcp !== undefined,
    fetch: (request, access) => handle(request, access).catch(answerTo),
    openapi: () => document,
    accepts,
    metrics: () => calls?.metrics() ?? [],
  };
}

/** Returns the first route for a path and a method, and the value of `{id}`, `''` without one. Throws `Refusal` if none exists. */
function findRoute(
  routes: readonly Route[],
  place: string,
  method: string,
): { readonly route: Route; readonly id: string } {
  const steps = place.split('/');
  const found = routes.filter(({ path }) => {
    const expected = path.split('/');
    return (
      expected.length === steps.length && expected.every((step, at) => step === '{id}' || step === steps[at])
    );
  });
  const route = found.find((each) => each.method.toUpperCase() === method);
  if (route !== undefined) {
    const at = route.path.split('/').indexOf('{id}');
    return { route, id: decode(steps[at] ?? '') };
  }
  if (found.length === 0) throw new Refusal('not-found', 'the address is unknown; see GET …/openapi.json');
  const allow = found.map((each) => each.method.toUpperCase()).join(', ');
  throw new Refusal('wrong-method', `the address does not accept ${method}; use ${allow}`, { allow });
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    throw new Refusal('not-found', 'the id in the address has an invalid percent-encoding');
  }
}

/** Returns the query parameters of a request. Converts parameters of type integer to numbers. */
async function queryOf(
  { query = {} }: Route,
  params: URLSearchParams,
): Promise<Readonly<Record<string, unknown>>> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of params) {
    if (Object.hasOwn(values, name)) fail('the query', name, 'must appear at most once');
    // A number of at most 15 digits is exact.
    values[name] = query[name]?.['type'] === 'integer' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  }
  await checkFits('the query', object({}, query), values);
  return values;
}
