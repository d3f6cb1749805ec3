import type { BedrockRuntimeClient, ConverseStreamRequest } from '@aws-sdk/client-bedrock-runtime';
import type { Env, ModelContext } from '@majordomo/core';
import { checkClient, checkModelId, lowerCaseNames, secretsIn, type Connected } from '@majordomo/wire-kit';
import { authSource, secretsOf, sourcesOf, type BedrockSources } from './auth.ts';
import { Clients, type Lease } from './clients.ts';
import type { ConverseErrorContext } from './errors.ts';
import type { BedrockOptions } from './options.ts';
import { responseCheck, type Headers, type Middleware } from './response-check.ts';
import type { WireAnswer } from './response.ts';
import type { WireEvent } from './stream.ts';

/** Functions that send requests with the client of one attempt. */
export interface AttemptClient {
  readonly lease: Lease<BedrockRuntimeClient>;
  send(
    delivery: ModelContext['delivery'],
    params: ConverseStreamRequest,
    signal: AbortSignal,
  ): Promise<Output>;
  /** Sends a body in the format of the model's maker (with InvokeModel), and returns the bytes of the response. */
  invoke(modelId: string, body: string, signal: AbortSignal): Promise<Invoked>;
}

/** Response of InvokeModel. */
export interface Invoked {
  readonly body: Uint8Array;
  /** Number of input tokens, if the response headers contain this number. */
  readonly inputTokens: number | undefined;
  readonly requestId: string | undefined;
}

/** Output of the SDK's commands: a non-streaming response, or a stream. */
export interface Output extends WireAnswer {
  readonly $metadata?: { readonly requestId?: string | undefined } | undefined;
  readonly stream?: AsyncIterable<WireEvent> | undefined;
}

/** Client of an attempt, and the values that errors of the attempt need. */
export interface Connection extends Connected<AttemptClient>, Pick<ConverseErrorContext, 'sources'> {}

/** Properties of the errors of an attempt whose credentials are not known. */
export const NOT_CONNECTED: Pick<ConverseErrorContext, 'secrets' | 'sources'> = {
  secrets: [],
  sources: 'no client yet',
};

/** Determines the credentials of an attempt. */
export type Connect = (context: ModelContext) => Promise<Connection>;

/** Creates the connection that all models of a provider share. The first call loads the SDK. */
export function createConnection(options: BedrockOptions): Connect {
  // Other clients may use the application's handler, so this client must not destroy the handler.
  const isShared = typeof options.requestHandler === 'object';
  const clients = new Clients<BedrockRuntimeClient>((client) => {
    if (!isShared) client.destroy();
  });
  const auth = authSource(options);
  const own = lowerCaseNames(options.headers);
  // Cache the module, because each `import()` would resolve the module name again.
  let sdk: Sdk | undefined;
  return async (context) => {
    const sources = sourcesOf(options, context.env);
    const endpoint = endpointOf(options, context.env);
    const found = await auth(context);
    const headers = { ...lowerCaseNames(context.headers), ...own };
    const client = async (): Promise<AttemptClient> => {
      const loaded = (sdk ??= await import('./sdk.ts'));
      const lease =
        options.client === undefined
          ? await clients.lease(
              JSON.stringify([sources.region, endpoint, found.token, found.keys, found.profile]),
              () => loaded.newClient({ ...options, baseURL: endpoint }, sources.region, found),
            )
          : unmanagedLease(checkClient<BedrockRuntimeClient>(options.client, ['send'], CUSTOM_CLIENT));
      return {
        lease,
        send: createSend(loaded, lease.client, headers, context.target),
        invoke: createInvoke(loaded, lease.client, headers, context.target),
      };
    };
    return {
      client,
      secrets: [...secretsOf(found), ...secretsIn(headers)],
      sources: describeSources(sources),
      renew: found.renew,
    };
  };
}

type Sdk = typeof import('./sdk.ts');

const createSend =
  (sdk: Sdk, client: BedrockRuntimeClient, headers: Headers, target: string): AttemptClient['send'] =>
  (delivery, params, abortSignal) => {
    checkModelId(params.modelId ?? '', target);
    const isComplete = delivery === 'complete';
    const command = isComplete ? sdk.converseCommand(params) : sdk.converseStreamCommand(params);
    const stack = command.middlewareStack as unknown as MiddlewareStack;
    addHeaders(stack, headers);
    addBelowDecoder(stack, 'check', responseCheck(isComplete ? 'json' : 'eventstream', target));
    return (client as Sender).send(command, { abortSignal });
  };

const createInvoke =
  (sdk: Sdk, client: BedrockRuntimeClient, headers: Headers, target: string): AttemptClient['invoke'] =>
  async (modelId, body, abortSignal) => {
    checkModelId(modelId, target);
    const command = sdk.invokeCommand(modelId, body);
    const stack = command.middlewareStack as unknown as MiddlewareStack;
    let inputTokens: number | undefined;
    addHeaders(stack, headers);
    addBelowDecoder(stack, 'check', responseCheck('json', target));
    addBelowDecoder(stack, 'tokens', (next) => async (args) => {
      const received = await next(args);
      const tokens = Number(received.response.headers['x-amzn-bedrock-input-token-count']);
      if (Number.isInteger(tokens)) inputTokens = tokens;
      return received;
    });
    const answer = await client.send(command, { abortSignal });
    return { body: answer.body, inputTokens, requestId: answer.$metadata.requestId };
  };

const CUSTOM_CLIENT = { factory: 'createBedrock', client: 'BedrockRuntimeClient' };

const describeSources = ({ region, regionFrom, credentialsFrom }: BedrockSources): string =>
  `region ${region ?? 'unknown'} from ${regionFrom}, credentials from ${credentialsFrom}`;

interface MiddlewareStack {
  add(middleware: Middleware, options: { readonly step: 'build'; readonly name: string }): void;
  addRelativeTo(
    middleware: Middleware,
    options: { readonly relation: 'after'; readonly toMiddleware: string; readonly name: string },
  ): void;
}

/** Adds a middleware that processes a response before the SDK decodes the response and after the application's middlewares. */
function addBelowDecoder(stack: MiddlewareStack, name: string, middleware: Middleware): void {
  stack.addRelativeTo(middleware, { relation: 'after', toMiddleware: 'deserializerMiddleware', name });
}

/** Client with one `send` method for all commands, because the SDK's types of the output depend on the command. */
interface Sender {
  send(command: object, options: { readonly abortSignal: AbortSignal }): Promise<Output>;
}

function addHeaders(stack: MiddlewareStack, headers: Headers): void {
  const adding: Middleware = (next) => (args) => {
    Object.assign(args.request.headers, headers);
    return next(args);
  };
  // This step precedes the signing, so the headers are signed.
  stack.add(adding, { step: 'build', name: 'headers' });
}

const unmanagedLease = (client: BedrockRuntimeClient): Lease<BedrockRuntimeClient> => ({
  client,
  evict: () => undefined,
  release: () => undefined,
});

/** Returns the endpoint in the options, otherwise in the AWS variables of `env`; `undefined` for the endpoint of the region. */
export function endpointOf({ baseURL }: BedrockOptions, env: Env): string | undefined {
  if (baseURL !== undefined) return baseURL;
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const names = ['AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL'];
  return names.map((name) => env[name]).find((url) => url !== undefined && url !== '');
}
