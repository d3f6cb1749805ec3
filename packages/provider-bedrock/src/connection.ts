import type { BedrockRuntimeClient, ConverseStreamRequest } from '@aws-sdk/client-bedrock-runtime';
import type { Env, ModelContext } from '@majordomo/core';
import { checkClient, checkModelId, lowerCaseNames, secretsIn } from '@majordomo/wire-kit';
import { authSource, secretsOf, sourcesOf, type BedrockSources } from './auth.ts';
import { Clients, type Lease } from './clients.ts';
import type { ConverseCallFacts } from './errors.ts';
import type { BedrockOptions } from './options.ts';
import { responseCheck, type Headers, type Middleware } from './response-check.ts';
import type { WireAnswer } from './response.ts';
import type { WireEvent } from './stream.ts';

/** A client for one attempt. */
export interface Connected {
  readonly lease: Lease<BedrockRuntimeClient>;
  send(
    delivery: ModelContext['delivery'],
    params: ConverseStreamRequest,
    signal: AbortSignal,
  ): Promise<Output>;
  /** Sends a body of the model's own, and gives the bytes of its answer. */
  invoke(modelId: string, body: string, signal: AbortSignal): Promise<Invoked>;
}

/** What a model answered in a body of its own. */
export interface Invoked {
  readonly body: Uint8Array;
  /** Not all bodies say it. */
  readonly inputTokens: number | undefined;
}

/** Output of the SDK's commands: a complete answer, or a stream. */
export interface Output extends WireAnswer {
  readonly $metadata?: { readonly requestId?: string | undefined } | undefined;
  readonly stream?: AsyncIterable<WireEvent> | undefined;
}

/**
 * Finds the credential for an attempt, and the client that goes with it; tells `facts` what must not be shown, where it
 * was found, and how another credential may be had.
 */
export type Connect = (context: ModelContext, facts: ConverseCallFacts) => Promise<Connected>;

/** One connection for all models of a provider. The SDK is loaded at the first call. */
export function createConnection(options: BedrockOptions): Connect {
  // A handler that was given is the app's: it may serve other clients.
  const isShared = typeof options.requestHandler === 'object';
  const clients = new Clients<BedrockRuntimeClient>((client) => {
    if (!isShared) client.destroy();
  });
  const auth = authSource(options);
  const own = lowerCaseNames(options.headers);
  // Kept: `import()` resolves its name again each time.
  let sdk: Sdk | undefined;
  return async (context, facts) => {
    const sources = sourcesOf(options, context.env);
    const endpoint = options.baseURL ?? endpointIn(context.env);
    const found = await auth(context);
    const headers = { ...lowerCaseNames(context.headers), ...own };
    facts.secrets = [...secretsOf(found), ...secretsIn(headers)];
    facts.sources = described(sources);
    facts.credential = found.recovery;
    const loaded = (sdk ??= await import('./sdk.ts'));
    const lease =
      options.client === undefined
        ? await clients.lease(
            JSON.stringify([sources.region, endpoint, found.token, found.keys, found.profile]),
            () => loaded.newClient({ ...options, baseURL: endpoint }, sources.region, found),
          )
        : ready(checkClient<BedrockRuntimeClient>(options.client, ['send'], OWN_CLIENT));
    const { client } = lease;
    return {
      lease,
      send: sending(loaded, client, headers, context.target),
      invoke: invoking(loaded, client, headers, context.target),
    };
  };
}

type Sdk = typeof import('./sdk.ts');

const sending =
  (sdk: Sdk, client: BedrockRuntimeClient, headers: Headers, target: string): Connected['send'] =>
  (delivery, params, abortSignal) => {
    checkModelId(params.modelId ?? '', target);
    const isComplete = delivery === 'complete';
    const command = isComplete ? sdk.whole(params) : sdk.streamed(params);
    const stack = command.middlewareStack as unknown as MiddlewareStack;
    addHeaders(stack, headers);
    addBelowDecoder(stack, 'check', responseCheck(isComplete ? 'json' : 'eventstream', target));
    return (client as Sender).send(command, { abortSignal });
  };

const invoking =
  (sdk: Sdk, client: BedrockRuntimeClient, headers: Headers, target: string): Connected['invoke'] =>
  async (modelId, body, abortSignal) => {
    checkModelId(modelId, target);
    const command = sdk.invoked(modelId, body);
    const stack = command.middlewareStack as unknown as MiddlewareStack;
    let inputTokens: number | undefined;
    addHeaders(stack, headers);
    addBelowDecoder(stack, 'check', responseCheck('json', target));
    const setTokens = (tokens: number): void => {
      inputTokens = tokens;
    };
    addBelowDecoder(stack, 'tokens', counting(setTokens));
    const answer = await client.send(command, { abortSignal });
    return { body: answer.body, inputTokens };
  };

/** The output of this command has no headers. */
const counting =
  (tell: (tokens: number) => void): Middleware =>
  (next) =>
  async (args) => {
    const received = await next(args);
    const tokens = Number(received.response.headers['x-amzn-bedrock-input-token-count']);
    if (Number.isInteger(tokens)) tell(tokens);
    return received;
  };

const OWN_CLIENT = { factory: 'createBedrock', client: 'BedrockRuntimeClient' };

const described = ({ region, regionFrom, credentialsFrom }: BedrockSources): string =>
  `region ${region ?? 'unknown'} from ${regionFrom}, credentials from ${credentialsFrom}`;

/** Part of the SDK's middleware stack that is used here. */
interface MiddlewareStack {
  add(middleware: Middleware, options: { readonly step: 'build'; readonly name: string }): void;
  addRelativeTo(
    middleware: Middleware,
    options: { readonly relation: 'after'; readonly toMiddleware: string; readonly name: string },
  ): void;
}

/** Runs a middleware on the response that the application's own middlewares return, before the SDK decodes it. */
function addBelowDecoder(stack: MiddlewareStack, name: string, middleware: Middleware): void {
  stack.addRelativeTo(middleware, { relation: 'after', toMiddleware: 'deserializerMiddleware', name });
}

/** Sends either command: the SDK types outputs by command. */
interface Sender {
  send(command: object, options: { readonly abortSignal: AbortSignal }): Promise<Output>;
}

/** Before signing, so that they are signed too. */
function addHeaders(stack: MiddlewareStack, headers: Headers): void {
  const adding: Middleware = (next) => (args) => {
    Object.assign(args.request.headers, headers);
    return next(args);
  };
  stack.add(adding, { step: 'build', name: 'headers' });
}

const ready = (client: BedrockRuntimeClient): Lease<BedrockRuntimeClient> => ({
  client,
  evict: () => undefined,
  release: () => undefined,
});

/** The variables of the AWS tools for another endpoint, where the app has handed them over. */
function endpointIn(env: Env): string | undefined {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const found = env['AWS_ENDPOINT_URL_BEDROCK_RUNTIME'] ?? env['AWS_ENDPOINT_URL'];
  return found === '' ? undefined : found;
}
