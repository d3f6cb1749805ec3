import { anthropicFailure } from '../anthropic-messages/failure.ts';
import { parseMessages } from '../anthropic-messages/read.ts';
import { Refusal } from '../errors/refusal.ts';
import { chatFailure, responsesFailure } from '../openai-chat/failure.ts';
import { parseChat } from '../openai-chat/read.ts';
import { prepareResponses } from '../openai-responses/state.ts';
import { parseEmbeddings } from '../operations/embeddings.ts';
import { parseEdits, parseGenerations } from '../operations/images.ts';
import type { ParseOperation } from '../operations/operation.ts';
import { parseSpeech } from '../operations/speech.ts';
import { parseTranscriptions } from '../operations/transcriptions.ts';
import type { GatewayContext, RequestContext } from '../context.ts';
import type { FormatFailure, PrepareChat } from '../wire.ts';
import type { Route } from '../options.ts';
import { callOptions, chatRoute } from './chat.ts';
import { countTokens } from './count-tokens.ts';
import { listModels, oneModel } from './models.ts';
import { moderationsRoute } from './moderations.ts';
import { operationRoute } from './operation.ts';
import { methodsOf, STORED_RESPONSES, storedResponseRoute } from './stored-responses.ts';

/** Parsers of chat requests, by path. */
const CHATS: ReadonlyMap<string, PrepareChat> = new Map<string, PrepareChat>([
  [
    '/v1/chat/completions',
    (_body, _context, { settings }) =>
      (body, media) =>
        parseChat(body, media, settings.maxChoices),
  ],
  ['/v1/responses', prepareResponses],
  ['/v1/messages', () => parseMessages],
]);

/** Parsers of OpenAI's other operations, by path. */
const OPERATIONS: ReadonlyMap<string, ParseOperation> = new Map([
  ['/v1/embeddings', parseEmbeddings],
  ['/v1/audio/transcriptions', parseTranscriptions],
  ['/v1/audio/speech', parseSpeech],
  ['/v1/images/generations', parseGenerations],
  ['/v1/images/edits', parseEdits],
]);

/** Names of the wires, by path. */
const WIRES: ReadonlyMap<string, string> = new Map([
  ['/v1/chat/completions', 'openai-chat'],
  ['/v1/responses', 'openai-responses'],
  ['/v1/messages', 'anthropic-messages'],
  ['/v1/messages/count_tokens', 'anthropic-messages'],
  ['/v1/embeddings', 'openai-embeddings'],
  ['/v1/audio/transcriptions', 'openai-transcriptions'],
  ['/v1/audio/speech', 'openai-speech'],
  ['/v1/images/generations', 'openai-images'],
  ['/v1/images/edits', 'openai-images'],
  ['/v1/moderations', 'openai-moderations'],
]);

/** Returns the error format of the wire that the path belongs to. */
export const failureAt = (path: string): FormatFailure =>
  path.includes('/v1/messages')
    ? anthropicFailure
    : path.startsWith('/v1/responses')
      ? responsesFailure
      : chatFailure;

type Handler = (context: RequestContext, gateway: GatewayContext) => Promise<Response>;

const POST_ROUTES: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...[...CHATS].map(([path, prepare]): [string, Handler] => [
    path,
    (context, gateway) => chatRoute(context, gateway, prepare),
  ]),
  ...[...OPERATIONS].map(([path, parse]): [string, Handler] => [
    path,
    (context, gateway) => operationRoute(context, gateway, parse),
  ]),
  ['/v1/messages/count_tokens', countTokens],
  ['/v1/moderations', moderationsRoute],
]);

/** Responds to a request of an authorized caller. */
export async function route(context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const { request, path, trace } = context;
  const handler = POST_ROUTES.get(path);
  if (handler !== undefined) {
    trace.route = path;
    trace.wire = WIRES.get(path);
    checkMethod(request, path, ['POST']);
    return await handler(context, gateway);
  }
  if (path === '/v1/models') {
    trace.route = path;
    return readOnly(request, path, () => listModels(context, gateway));
  }
  const name = /^\/v1\/models\/(.+)$/.exec(path)?.[1];
  if (name !== undefined) {
    trace.route = '/v1/models/:name';
    return readOnly(request, path, () => oneModel(context, gateway, decoded(name)));
  }
  const [found, id, part] = STORED_RESPONSES.exec(path) ?? [];
  if (found !== undefined && id !== undefined) {
    trace.route = `/v1/responses/:id${part ?? ''}`;
    trace.wire = WIRES.get('/v1/responses');
    checkMethod(request, path, methodsOf(part));
    return await storedResponseRoute(context, gateway, { id: decoded(id), part });
  }
  const own = ownRoute(path, gateway.settings.routes);
  if (own !== undefined) {
    trace.route = own.pattern;
    return await runRoute(own.route, context, gateway);
  }
  throw new Refusal('no-such-route', `unknown route ${requestLine(request, path)}${baseHint(path)}`);
}

/** Returns the application's route for a path: the route with the same path, otherwise with the longest matching `/*`. */
function ownRoute(
  path: string,
  routes: GatewayContext['settings']['routes'],
): { readonly pattern: string; readonly route: Route } | undefined {
  const patterns = Object.keys(routes).filter(
    (pattern) => pattern === path || (pattern.endsWith('/*') && path.startsWith(pattern.slice(0, -1))),
  );
  const pattern = patterns.includes(path) ? path : patterns.toSorted((a, b) => b.length - a.length)[0];
  const route = pattern === undefined ? undefined : routes[pattern];
  return pattern === undefined || route === undefined ? undefined : { pattern, route };
}

async function runRoute(route: Route, context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const { request, caller, requestId, path } = context;
  const release = gateway.concurrency.enter();
  try {
    const call = callOptions(context, undefined, gateway);
    // Copy the response, because the headers of a response of `fetch` are immutable.
    const { body, status, headers } = await route(request, { caller, requestId, path, call });
    return new Response(body, { status, headers });
  } finally {
    release();
  }
}

/** Responds to GET and HEAD. Refuses all other methods. */
export function readOnly<T>(request: Request, path: string, respond: () => T): T {
  checkMethod(request, path, ['GET', 'HEAD']);
  return respond();
}

function checkMethod(request: Request, path: string, methods: readonly string[]): void {
  if (methods.includes(request.method)) return;
  const allow = methods.join(', ');
  throw new Refusal('wrong-method', `${requestLine(request, path)}: method not allowed; use ${allow}`, {
    allow,
  });
}

const requestLine = ({ method }: Request, path: string): string => `${method} ${path.slice(0, 100)}`;

/** Returns a hint about `/v1` in the base URL, which OpenAI's clients require and Anthropic's clients add themselves. */
function baseHint(path: string): string {
  const intended = path.startsWith('/v1/') ? path.slice('/v1'.length) : `/v1${path}`;
  const isServed = CHATS.has(intended) || OPERATIONS.has(intended) || intended === '/v1/models';
  return isServed ? ': the base URL ends in /v1 for OpenAI’s clients, and without it for Anthropic’s' : '';
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
