import { anthropicMessages } from '../anthropic-messages/wire.ts';
import { Refusal } from '../errors/refusal.ts';
import { openaiChat } from '../openai-chat/wire.ts';
import { openaiResponses } from '../openai-responses/wire.ts';
import { parseEmbeddings } from '../operations/embeddings.ts';
import type { ParseOperation } from '../operations/operation.ts';
import { parseSpeech } from '../operations/speech.ts';
import { parseTranscriptions } from '../operations/transcriptions.ts';
import type { GatewayContext, RequestContext } from '../context.ts';
import type { Wire } from '../wire.ts';
import { chatRoute } from './chat.ts';
import { countTokens } from './count-tokens.ts';
import { listModels, oneModel } from './models.ts';
import { operationRoute } from './operation.ts';

/** Paths of the wires. */
const WIRES: ReadonlyMap<string, Wire> = new Map([
  ['/v1/chat/completions', openaiChat],
  ['/v1/responses', openaiResponses],
  ['/v1/messages', anthropicMessages],
]);

/** Paths of OpenAI's other operations. */
const OPERATIONS: ReadonlyMap<string, ParseOperation> = new Map([
  ['/v1/embeddings', parseEmbeddings],
  ['/v1/audio/transcriptions', parseTranscriptions],
  ['/v1/audio/speech', parseSpeech],
]);

/** Returns the error format of the wire at a path. */
export const failureAt = (path: string): Wire['failure'] =>
  path.includes('/v1/messages') ? anthropicMessages.failure : openaiChat.failure;

type Handler = (context: RequestContext, gateway: GatewayContext) => Promise<Response>;

const POST_ROUTES: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...[...WIRES].map(([path, wire]): [string, Handler] => [
    path,
    (context, gateway) => chatRoute(context, gateway, wire),
  ]),
  ...[...OPERATIONS].map(([path, parse]): [string, Handler] => [
    path,
    (context, gateway) => operationRoute(context, gateway, parse),
  ]),
  ['/v1/messages/count_tokens', countTokens],
]);

/** Responds to a request of an authorized caller. */
export async function route(context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const { request, path } = context;
  const handler = POST_ROUTES.get(path);
  if (handler !== undefined) {
    checkMethod(request, path, ['POST']);
    return await handler(context, gateway);
  }
  if (path === '/v1/models') return readOnly(request, path, () => listModels(context, gateway));
  const name = /^\/v1\/models\/(.+)$/.exec(path)?.[1];
  if (name !== undefined) return readOnly(request, path, () => oneModel(context, gateway, decoded(name)));
  throw new Refusal('no-such-route', `nothing is served at ${requestLine(request, path)}${baseHint(path)}`);
}

/** Responds at a path that takes GET and HEAD only. */
export function readOnly<T>(request: Request, path: string, answer: () => T): T {
  checkMethod(request, path, ['GET', 'HEAD']);
  return answer();
}

function checkMethod(request: Request, path: string, methods: readonly string[]): void {
  if (methods.includes(request.method)) return;
  const allow = methods.join(', ');
  throw new Refusal('wrong-method', `${requestLine(request, path)} is not served; use ${allow}`, { allow });
}

const requestLine = ({ method }: Request, path: string): string => `${method} ${path.slice(0, 100)}`;

/** Returns a hint about the version in the base URL, on which the clients of the two vendors disagree. */
function baseHint(path: string): string {
  const intended = path.startsWith('/v1/') ? path.slice('/v1'.length) : `/v1${path}`;
  const isServed = WIRES.has(intended) || OPERATIONS.has(intended) || intended === '/v1/models';
  return isServed ? ': the base URL ends in /v1 for OpenAI’s clients, and without it for Anthropic’s' : '';
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
