import { LlmError, type JsonObject } from '@majordomo/core';
import { asRecord, asText, isRecord, readJsonText, tryParseJson } from '@majordomo/core/toolkit';
import type { AppHost } from '../client/app-host.ts';
import { APP_TYPE, appUriOf, isVisibleTo } from '../tool-app.ts';

// A page of the application hosts apps and sends their requests. An app is HTML of an MCP server.

/** Maximum size of a page's request. */
const MAX_REQUEST_BYTES = 1024 * 1024;
/** Maximum time in which a page's request must arrive, in milliseconds. */
const MAX_REQUEST_MS = 30_000;
/** Maximum size of an app. */
const MAX_APP_CHARS = 5 * 1024 * 1024;

/** Request of an app. */
interface AppRequest {
  readonly host: AppHost;
  readonly params: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** Answers a request of a page on behalf of its app. `hosts`: servers by the names of their toolboxes. */
export async function answerApp(request: Request, hosts: ReadonlyMap<string, AppHost>): Promise<Response> {
  if (request.method !== 'POST') return refusal(405, 'send a POST request');
  if (isCrossSite(request) && !isJson(request))
    return refusal(415, 'send the content type application/json from another site');
  const text = await textOf(request);
  if (typeof text !== 'string') return text;
  const { app, method, params = {} } = asRecord(tryParseJson(text));
  if (!isRecord(app) || !isRecord(params))
    return refusal(400, 'the request must be an object with the members app, method and params');
  const host = hosts.get(asText(app['server']) ?? '');
  const uri = asText(app['resourceUri']) ?? '';
  if (host === undefined || !appUris(host).includes(uri)) return refusal(404, 'the app is unknown');
  const { signal } = request;
  try {
    if (method === 'resources/list') return Response.json({ resources: appUris(host).map(resourceOf) });
    if (method === 'resources/read') return await read({ host, params, signal });
    if (method === 'tools/call') return await call({ host, params, signal });
    return refusal(400, 'the method must be resources/read, resources/list or tools/call');
  } catch (error) {
    return refusal(isTooLarge(error) ? 413 : 502, LlmError.is(error) ? error.message : 'the server failed');
  }
}

/** Returns the text of a request's body, or the refusal of a body that is too large or incomplete. */
const textOf = (request: Request): Promise<string | Response> =>
  readJsonText(request, { maxBytes: MAX_REQUEST_BYTES, maxMs: MAX_REQUEST_MS }).catch((error: unknown) =>
    LlmError.is(error, 'invalid-request')
      ? refusal(error.details.status ?? 400, error.message)
      : refusal(400, 'the request ended before its body was complete'),
  );

const isTooLarge = (error: unknown): boolean => LlmError.is(error) && error.details.code === 'too-large';

/** Returns the content of an app. Other resources are not for pages. */
async function read({ host, params, signal }: AppRequest): Promise<Response> {
  const uri = asText(params['uri']) ?? '';
  if (!appUris(host).includes(uri)) return refusal(404, 'no tool of the server names this resource');
  const result = await host.connection.request(uri, signal, (client, options) =>
    client.readResource({ uri }, options),
  );
  const body = JSON.stringify(result);
  if (body.length > MAX_APP_CHARS) return refusal(413, `the app has more than ${MAX_APP_CHARS} characters`);
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

/** Calls a tool of the app's server. */
async function call({ host, params, signal }: AppRequest): Promise<Response> {
  const { name, arguments: given = {} } = params;
  const found = host.offered.find(({ listed }) => listed.name === name);
  if (found === undefined || !isVisibleTo('app', found.listed))
    return refusal(403, 'the tool is not visible to apps of this server');
  if (!isRecord(given)) return refusal(400, 'params.arguments must be an object');
  const { listed, tool } = found;
  const args = given as JsonObject;
  const { approval = false } = tool;
  const needsApproval = typeof approval === 'function' ? await approval(args) : approval;
  if (needsApproval) return refusal(403, 'the tool needs an approval, which an app cannot give');
  const check = host.checkOf(listed);
  // A page cannot wait, so a task is awaited, and a missing login is an error. If the toolbox suspends for questions, a task may
  // still return a question, which is refused.
  const outcome = await host.connection.call({ tool: listed, args, signal, suspend: [], check });
  if (outcome.type !== 'result') return refusal(502, 'the server requires an answer of the user');
  return Response.json(outcome.result);
}

/** Whether a browser sends the request for a page of another origin. Other clients send neither header. */
function isCrossSite({ headers, url }: Request): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  const origin = headers.get('origin');
  return origin !== null && origin !== new URL(url).origin;
}

/** Whether the content is JSON, which a browser sends to another site only after that site has allowed it. */
const isJson = ({ headers }: Request): boolean =>
  /^application\/json\s*(?:;|$)/i.test(headers.get('content-type') ?? '');

const appUris = ({ offered }: AppHost): readonly string[] => [
  ...new Set(offered.flatMap(({ listed }) => appUriOf(listed) ?? [])),
];

const resourceOf = (uri: string): JsonObject => ({ uri, name: uri, mimeType: APP_TYPE });

const refusal = (status: number, message: string): Response =>
  Response.json({ error: { message } }, { status });
