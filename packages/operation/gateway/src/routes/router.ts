import { anthropicFailure } from '../anthropic-messages/failure.ts';
import { parseMessages } from '../anthropic-messages/read.ts';
import { Refusal, whileConnected } from '../errors/refusal.ts';
import { isAnthropic } from '../files/forms.ts';
import { chatFailure, responsesFailure } from '../openai-chat/failure.ts';
import { parseChat } from '../openai-chat/read.ts';
import { prepareCompaction } from '../openai-responses/compaction.ts';
import { geminiFailure } from '../gemini-generate/failure.ts';
import { geminiMethod, isGemini } from '../gemini-generate/paths.ts';
import { prepareResponses } from '../openai-responses/state.ts';
import { parseDecisions } from '../operations/decisions.ts';
import { parseEmbeddings } from '../operations/embeddings.ts';
import { parseEdits, parseGenerations } from '../operations/images.ts';
import type { ParseOperation } from '../operations/operation.ts';
import { parseSpeech } from '../operations/speech.ts';
import { parseTranscriptions } from '../operations/transcriptions.ts';
import { callOptions, type GatewayContext, type RequestContext } from '../context.ts';
import type { FormatFailure, PrepareChat } from '../wire.ts';
import type { Route, Settings } from '../options.ts';
import { chatRoute } from './chat.ts';
import { contextPackage, countInput, countMessages } from './count-tokens.ts';
import { fileMethods, filesRoute, STORED_FILES, storedFileRoute } from './files.ts';
import { geminiUploadRoute, UPLOADS } from './gemini-files.ts';
import { geminiRoute } from './gemini.ts';
import { listModels, oneModel } from './models.ts';
import { isMcp, mcpFailure } from './mcp.ts';
import { moderationsRoute, operationRoute } from './operation.ts';
import { methodsOf, STORED_RESPONSES, storedResponseRoute } from './stored-responses.ts';

type Handler = (context: RequestContext, gateway: GatewayContext) => Promise<Response>;

const chat =
  (prepare: PrepareChat): Handler =>
  (context, gateway) =>
    chatRoute(context, gateway, prepare);

/** Summarizes a conversation. The call is a chat with the model of the request. */
const compact: Handler = async (context, gateway) =>
  chatRoute(context, gateway, prepareCompaction(await contextPackage('a compaction')));

const operation =
  (parse: ParseOperation): Handler =>
  (context, gateway) =>
    operationRoute(context, gateway, parse);

/** Routes of POST requests by path: the name of the wire, and the handler. */
const POST_ROUTES: ReadonlyMap<string, readonly [wire: string, Handler]> = new Map([
  ['/v1/chat/completions', ['openai-chat', chat(() => parseChat)]],
  ['/v1/responses', ['openai-responses', chat(prepareResponses)]],
  [
    '/v1/messages',
    ['anthropic-messages', chat(() => (body, namedContent) => parseMessages(body, namedContent))],
  ],
  ['/v1/responses/compact', ['openai-responses', compact]],
  ['/v1/responses/input_tokens', ['openai-responses', countInput]],
  ['/v1/messages/count_tokens', ['anthropic-messages', countMessages]],
  ['/v1/embeddings', ['openai-embeddings', operation(parseEmbeddings)]],
  ['/v1/audio/transcriptions', ['openai-transcriptions', operation(parseTranscriptions)]],
  ['/v1/audio/speech', ['openai-speech', operation(parseSpeech)]],
  ['/v1/images/generations', ['openai-images', operation(parseGenerations)]],
  ['/v1/images/edits', ['openai-images', operation(parseEdits)]],
  ['/v1/moderations', ['openai-moderations', moderationsRoute]],
  ['/v1/decisions', ['openai-decisions', operation(parseDecisions)]],
]);

/** Whether a built-in route answers the requests of a path. */
export const isBuiltIn = (path: string): boolean =>
  POST_ROUTES.has(path) ||
  ['/health', '/ready', '/v1/files'].includes(path) ||
  /^\/(?:v1\/models(?:\/|$)|v1beta\/|upload\/)/.test(path) ||
  STORED_RESPONSES.test(path) ||
  STORED_FILES.test(path);

/** Returns the error format for a request. Requests of no other API use the format of Chat Completions. */
export function failureFor(request: Request, path: string, { mcp }: Pick<Settings, 'mcp'>): FormatFailure {
  if (mcp !== undefined && isMcp(path)) return mcpFailure;
  if (isGemini(request)) return geminiFailure;
  // Also `/v1/v1/messages`, which clients request if their base URL ends with `/v1`.
  if (path.includes('/v1/messages')) return anthropicFailure;
  if (path.startsWith('/v1/files') && isAnthropic(request)) return anthropicFailure;
  return path.startsWith('/v1/responses') ? responsesFailure : chatFailure;
}

/** Responds to a request of an authorized caller. */
export async function route(context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const { request, path, trace } = context;
  const posted = POST_ROUTES.get(path);
  if (posted !== undefined) {
    const [wire, handle] = posted;
    trace.route = path;
    trace.wire = wire;
    checkMethod(request, path, ['POST']);
    return await handle(context, gateway);
  }
  const { mcp } = gateway.settings;
  if (mcp !== undefined && isMcp(path)) {
    checkMethod(request, path, ['GET', 'POST', 'DELETE']);
    const { mcpRoute } = await import('../openai-responses/mcp/with-mcp.ts');
    return await mcpRoute(context, gateway, mcp);
  }
  if (isGemini(request)) return await routeGemini(context, gateway);
  if (path === '/v1/models') {
    trace.route = path;
    return readOnly(request, path, () => listModels(context, gateway));
  }
  const name = /^\/v1\/models\/(.+)$/.exec(path)?.[1];
  if (name !== undefined) {
    trace.route = '/v1/models/:name';
    return readOnly(request, path, () => oneModel(context, gateway, decoded(name)));
  }
  const [, id, part] = STORED_RESPONSES.exec(path) ?? [];
  if (id !== undefined) {
    trace.route = `/v1/responses/:id${part ?? ''}`;
    trace.wire = 'openai-responses';
    checkMethod(request, path, methodsOf(part));
    return await storedResponseRoute(context, gateway, { id: decoded(id), part });
  }
  const [, fileId, filePart] = STORED_FILES.exec(path) ?? [];
  if (path === '/v1/files' || fileId !== undefined) {
    trace.route = fileId === undefined ? path : `/v1/files/:id${filePart ?? ''}`;
    trace.wire = isAnthropic(request) ? 'anthropic-files' : 'openai-files';
    checkMethod(request, path, fileId === undefined ? ['GET', 'HEAD', 'POST'] : fileMethods(filePart));
    if (fileId === undefined) return await filesRoute(context, gateway);
    return await storedFileRoute(context, gateway, { id: decoded(fileId), part: filePart });
  }
  const own = ownRoute(path, gateway.settings.routes);
  if (own !== undefined) {
    trace.route = own.pattern;
    return await runRoute(own.route, context, gateway);
  }
  throw new Refusal('no-such-route', `unknown route ${requestLine(request, path)}${baseHint(path)}`);
}

async function routeGemini(context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const { request, trace } = context;
  const path = decoded(context.path);
  trace.wire = 'gemini-generate';
  const called = geminiMethod(path);
  if (called !== undefined) {
    trace.route = `/v1/models/:name:${called.method}`;
    checkMethod(request, path, ['POST']);
    return geminiRoute(context, gateway, called);
  }
  if (UPLOADS.test(path)) {
    trace.route = path;
    trace.wire = 'gemini-files';
    checkMethod(request, path, ['POST']);
    return geminiUploadRoute(context, gateway);
  }
  const [file, fileId] = /^\/v1(?:beta)?\/files(?:\/([^/]+))?$/.exec(path) ?? [];
  if (file !== undefined) {
    trace.route = fileId === undefined ? '/v1/files' : '/v1/files/:id';
    trace.wire = 'gemini-files';
    checkMethod(request, path, fileId === undefined ? ['GET', 'HEAD'] : ['GET', 'HEAD', 'DELETE']);
    if (fileId === undefined) return filesRoute(context, gateway);
    return storedFileRoute(context, gateway, { id: fileId, part: undefined });
  }
  const [found, name] = /^\/v1(?:beta)?\/models(?:\/(.+))?$/.exec(path) ?? [];
  if (found === undefined) throw new Refusal('no-such-route', `unknown route ${requestLine(request, path)}`);
  trace.route = name === undefined ? '/v1/models' : '/v1/models/:name';
  return readOnly(request, path, () =>
    name === undefined ? listModels(context, gateway) : oneModel(context, gateway, name),
  );
}

/** Returns the application's route for a path: the route with this path, otherwise the longest matching pattern with `/*`. */
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

/** Runs a route of the application. It occupies a place until its headers exist, but not while its body is sent. */
async function runRoute(route: Route, context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const { request, caller, requestId, path } = context;
  const { leave: release } = gateway.concurrency.enter();
  try {
    const call = callOptions(context, undefined, gateway);
    const result = whileConnected(() => route(request, { caller, requestId, path, call }), request.signal);
    // Copy the response, because the headers of a response of `fetch` are immutable.
    const { body, status, headers } = await result;
    return new Response(body, { status, headers });
  } finally {
    release();
  }
}

/** Returns the result of `respond` for GET and HEAD. Refuses all other methods. */
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

/** Returns a hint if the base URL may be wrong. It must end in `/v1` for OpenAI's clients, but Anthropic's clients add `/v1`. */
function baseHint(path: string): string {
  const intended = path.startsWith('/v1/') ? path.slice('/v1'.length) : `/v1${path}`;
  const isServed = POST_ROUTES.has(intended) || intended === '/v1/models';
  return isServed ? '; the base URL must end in /v1 for OpenAI’s clients, but not for Anthropic’s' : '';
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
