import { LlmError } from '@majordomo/core';
import type { Dsn, Env, Model, ModelContext, ModelEvent, ModelRequest, Provider } from '@majordomo/core';
import { quirksFromParams, Scribe } from '@majordomo/core/provider';
import { sourcesOf, type BedrockSources } from './auth.ts';
import { connection, failedIn, type Connect, type Connected } from './connection.ts';
import { toLlmError } from './errors.ts';
import { factsOf, familyOf } from './models.ts';
import type { BedrockOptions } from './options.ts';
import { QUIRK_WORDS, type Quirks } from './quirks.ts';
import { toWire, type WireRequest } from './request.ts';
import type { WireAnswer } from './response.ts';
import { ConverseReader, type WireEvent } from './stream.ts';

/** A provider that can tell where its region and credentials come from. */
export interface BedrockProvider extends Provider {
  /** Looks at the options and these variables; sends nothing. */
  sources(env: Env): BedrockSources;
}

/** Models of Amazon Bedrock through Converse. Nothing is loaded or opened before the first call. */
export function createBedrock(options: BedrockOptions = {}): BedrockProvider {
  const connect = connection(options);
  return {
    spi: 1,
    id: options.id ?? 'bedrock',
    model: (modelId) => converseModel(modelId, options, connect),
    schemes: { bedrock: fromDsn },
    sources: (env) => sourcesOf(options, env),
  };
}

/**
 * `bedrock://API-KEY@bedrock-runtime.us-east-1.amazonaws.com?region=us-east-1`, or `ACCESS-KEY:SECRET@`. Without a
 * token the environment's credentials are for Amazon's own hosts only.
 */
function fromDsn({ name, token, host, baseURL, params: { region, ...quirks } }: Dsn): Provider {
  const [accessKeyId, secretAccessKey] = token?.split(':') ?? [];
  const secret =
    accessKeyId !== undefined && secretAccessKey !== undefined
      ? { credentials: { accessKeyId, secretAccessKey } }
      : { apiKey: token ?? (/\.amazonaws\.com(?:\.cn)?$/.test(host) ? undefined : '') };
  return createBedrock({
    id: name,
    baseURL,
    region,
    quirks: quirksFromParams<Quirks>(quirks, QUIRK_WORDS),
    ...secret,
  });
}

function converseModel(modelId: string, options: BedrockOptions, connect: Connect): Model {
  const facts = factsOf(modelId);
  const quirks = { ...facts.quirks, ...options.quirks };
  const family = familyOf(modelId, quirks);
  const most = facts.capabilities.maxOutputTokens ?? Infinity;
  return {
    id: modelId,
    wire: 'bedrock-converse',
    families: [family],
    capabilities: facts.capabilities,
    timeouts: options.timeouts,
    whole: ({ maxTokens }) => Math.min(maxTokens ?? Infinity, most) <= MOST_WHOLE_TOKENS,
    stream(request, context) {
      const reader = new ConverseReader(new Scribe(context.target, []), family);
      return converse({
        toParams: () => toWire(request, modelId, quirks, family),
        request,
        context,
        reader,
        connect,
      });
    },
  };
}

/** Longer answers stream: a connection without a byte for minutes is cut by what stands between. */
const MOST_WHOLE_TOKENS = 16_384;

interface Call {
  readonly toParams: () => WireRequest;
  readonly request: ModelRequest;
  readonly context: ModelContext;
  readonly reader: ConverseReader;
  readonly connect: Connect;
}

/** core's `sdkStream` for a wire whose frames only the SDK can read: one batch of events per event object. */
async function* converse({
  toParams,
  request,
  context,
  reader,
  connect,
}: Call): AsyncIterable<readonly ModelEvent[]> {
  const { target, signal, delivery } = context;
  // The SDK keeps its listener on a signal that it was given, and leaves the socket open when its loop is left.
  const own = new AbortController();
  const abort = (): void => {
    own.abort();
  };
  signal.addEventListener('abort', abort, { once: true });
  let connected: Connected | undefined;
  try {
    signal.throwIfAborted();
    const { params, warnings } = toParams();
    reader.warnings = warnings;
    connected = await connect(context);
    const answer = await connected.send(delivery, params, own.signal);
    reader.id = answer.$metadata?.requestId;
    yield [];
    if (delivery === 'whole') readWhole(answer, reader);
    else yield* readEvents(answer.stream, reader, signal, abort);
    yield reader.scribe.take();
  } catch (error) {
    const written = reader.scribe.take();
    if (written.length > 0) yield written;
    if (signal.aborted)
      throw new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause: error });
    const llmError = toLlmError(error, {
      target,
      request,
      streamed: delivery === 'deltas',
      ...failedIn(connected),
    });
    if (llmError.kind === 'network') connected?.lease.evict();
    throw llmError;
  } finally {
    signal.removeEventListener('abort', abort);
    if (!reader.done) abort();
    connected?.lease.release();
  }
}

/** All but the last batch: that one is the caller's to take. */
async function* readEvents(
  stream: AsyncIterable<WireEvent> | undefined,
  reader: ConverseReader,
  signal: AbortSignal,
  abort: () => void,
): AsyncIterable<readonly ModelEvent[]> {
  if (stream === undefined)
    throw new LlmError('truncated', `${reader.scribe.target} answered without a stream`);
  const events: AsyncIterator<WireEvent, unknown> = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await events.next();
    signal.throwIfAborted();
    if (next.done === true) break;
    readEvent(next.value, reader);
    if (reader.done) {
      // Reading to the end keeps the connection for the next call; a stream that goes on is closed instead.
      events.next().then((rest) => rest.done !== true && abort(), abort);
      return;
    }
    yield reader.scribe.take();
  }
  reader.end();
}

function readWhole(answer: WireAnswer, reader: ConverseReader): void {
  try {
    reader.body(answer);
  } catch (error) {
    throw drifted(error, reader.scribe.target);
  }
}

function readEvent(event: WireEvent, reader: ConverseReader): void {
  try {
    reader.event(event);
  } catch (error) {
    throw drifted(error, reader.scribe.target);
  }
}

/** A reader that stumbles has met a shape that it does not know: not the network's fault. */
const drifted = (error: unknown, target: string): LlmError =>
  LlmError.is(error)
    ? error
    : new LlmError(
        'protocol',
        `${target} sent what its reader does not know`,
        { target, path: '' },
        { cause: error },
      );
