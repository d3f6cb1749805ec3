import type { BedrockRuntimeClient, ConverseStreamRequest } from '@aws-sdk/client-bedrock-runtime';
import { LlmError, type Env, type ModelContext } from '@majordomo/core';
import { checkedClient, checkModelId, collectedBody, lowerCased, secretsIn } from '@majordomo/core/provider';
import { authSource, secretsOf, sourcesOf, type BedrockSources } from './auth.ts';
import { Clients, type Lease } from './clients.ts';
import type { ConverseCallFacts } from './errors.ts';
import type { BedrockOptions } from './options.ts';
import {
  addReading,
  brokeOff,
  checked,
  type Headers,
  type Middleware,
  type MiddlewareStack,
} from './received.ts';
import type { WireAnswer } from './response.ts';
import { shallowJson } from './shallow-json.ts';
import type { WireEvent } from './stream.ts';
import { answerIn } from './structures.ts';

/** A client for one attempt. */
export interface Connected {
  readonly lease: Lease<BedrockRuntimeClient>;
  send(
    delivery: ModelContext['delivery'],
    params: ConverseStreamRequest,
    signal: AbortSignal,
  ): Promise<Answer>;
  /** Sends a body of the model's own, and gives the bytes of its answer. */
  invoke(modelId: string, body: string, signal: AbortSignal): Promise<Invoked>;
}

/** What a model answered in a body of its own. */
export interface Invoked {
  readonly body: Uint8Array;
  /** Not all bodies say it. */
  readonly inputTokens: number | undefined;
}

/** What came of a call: a whole answer, or a stream. */
export interface Answer {
  readonly requestId: string | undefined;
  readonly whole: WireAnswer;
  /** The frames of a stream. */
  readonly frames: AsyncIterable<Uint8Array> | undefined;
  /** The events of a stream, from a client that answers by itself, as a double in the app's tests does. */
  readonly events: AsyncIterable<WireEvent> | undefined;
}

/** What is read of the SDK's output. */
interface Output extends WireAnswer {
  readonly $metadata?: { readonly requestId?: string | undefined } | undefined;
  readonly stream?: AsyncIterable<WireEvent> | undefined;
}

/**
 * Finds the credential for an attempt, and the client that goes with it; tells `facts` what must not be shown, where it
 * was found, and how another credential may be had.
 */
export type Connect = (context: ModelContext, facts: ConverseCallFacts) => Promise<Connected>;

/** One connection for all models of a provider. The SDK is loaded at the first call. */
export function connection(options: BedrockOptions): Connect {
  // A handler that was given is the app's: it may serve other clients.
  const isShared = typeof options.requestHandler === 'object';
  const clients = new Clients<BedrockRuntimeClient>((client) => {
    if (!isShared) client.destroy();
  });
  const auth = authSource(options);
  const own = lowerCased(options.headers);
  // Kept: `import()` resolves its name anew each time.
  let sdk: Sdk | undefined;
  return async (context, facts) => {
    const sources = sourcesOf(options, context.env);
    const endpoint = options.baseURL ?? endpointIn(context.env);
    const found = await auth(context);
    const headers = { ...lowerCased(context.headers), ...own };
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
        : ready(checkedClient<BedrockRuntimeClient>(options.client, ['send'], OWN_CLIENT));
    const { client } = lease;
    return {
      lease,
      send: sending(loaded, client, headers, context.target),
      invoke: invoking(loaded, client, headers, context.target),
    };
  };
}

type Sdk = typeof import('./sdk.ts');

/**
 * The SDK addresses, signs and sends, and makes errors of refusals. The body of a good answer is taken from under it: it
 * walks each value by its schema, through a dozen promises for an event (record 0071).
 */
const sending =
  (sdk: Sdk, client: BedrockRuntimeClient, headers: Headers, target: string): Connected['send'] =>
  async (delivery, params, abortSignal) => {
    checkModelId(params.modelId ?? '', target);
    const isWhole = delivery === 'whole';
    const command = isWhole ? sdk.whole(params) : sdk.streamed(params);
    const stack = command.middlewareStack as unknown as MiddlewareStack;
    addHeaders(stack, headers);
    let whole: Whole | undefined;
    let frames: AsyncIterable<Uint8Array> | undefined;
    const take = isWhole
      ? async (body: AsyncIterable<Uint8Array>, received: Headers) => {
          const json = await collectedBody(body, target);
          whole = { json, isCut: () => brokeOff(body, received, json.length) };
          return new Uint8Array();
        }
      : (body: AsyncIterable<Uint8Array>) => {
          frames = body;
          return NO_FRAMES;
        };
    addReading(stack, 'answer', checked(isWhole ? /json/i : /eventstream/i, target, take));
    const output = await (client as Sender).send(command, { abortSignal });
    return {
      requestId: output.$metadata?.requestId,
      whole: whole === undefined ? output : parsed(whole, target),
      frames,
      events: output.stream,
    };
  };

const NO_FRAMES: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** The body of an answer. `isCut`: did the connection break off in it? */
interface Whole {
  readonly json: Uint8Array;
  readonly isCut: () => boolean;
}

const UTF8 = new TextDecoder();

function parsed({ json, isCut }: Whole, target: string): WireAnswer {
  try {
    return answerIn(UTF8.decode(shallowJson(json)), target);
  } catch (error) {
    if (isCut())
      throw new LlmError('network', `the connection to ${target} broke off in its answer`, { target });
    if (json.length > 0) throw error;
    throw new LlmError('truncated', `${target} answered with an empty body`, { target });
  }
}

const invoking =
  (sdk: Sdk, client: BedrockRuntimeClient, headers: Headers, target: string): Connected['invoke'] =>
  async (modelId, body, abortSignal) => {
    checkModelId(modelId, target);
    const command = sdk.invoked(modelId, body);
    const stack = command.middlewareStack as unknown as MiddlewareStack;
    let inputTokens: number | undefined;
    addHeaders(stack, headers);
    addReading(stack, 'answer', checked(/json/i, target));
    addReading(
      stack,
      'tokens',
      counting((tokens) => (inputTokens = tokens)),
    );
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

/** The SDK types outputs by command; both of ours are read as one. */
interface Sender {
  send(command: object, options: { readonly abortSignal: AbortSignal }): Promise<Output>;
}

/** Before signing, so that they are signed too. */
function addHeaders(stack: MiddlewareStack, headers: Headers): void {
  // Each step of a stack is sorted in and called at every request.
  if (Object.keys(headers).length === 0) return;
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
