import { dsnVariable, LlmError } from '@majordomo/core';
import type { Dsn, Model, ModelRequest, Provider } from '@majordomo/core';
import { chatReasoningFamily } from '@majordomo/core/toolkit';
import { checkProviderOptions, billingOf, EventWriter, sdkStream } from '@majordomo/wire-kit';
import { dataAt, dataOf, quirksFromParams, type QuirkValues } from '@majordomo/wire-kit/internal';
import { DEFAULT_MAX_TOKENS } from './answer.ts';
import { createConnection, type Connection } from './connection.ts';
import { embeddingModel } from './embedding.ts';
import { inBandError } from './errors.ts';
import { imageModel } from './image.ts';
import { modelFacts, imageQuirksOf } from './models.ts';
import type { CloudflareModelId } from './model-ids.ts';
import { EXTRA_OPTIONS, type CloudflareOptions } from './options.ts';
import { QUIRK_VALUES, RUN_QUIRKS, type RunQuirks } from './quirks.ts';
import { toWire } from './request.ts';
import { API_URL } from './rest.ts';
import { speechModel } from './speech.ts';
import { RunReader } from './stream.ts';
import { transcriptionModel } from './transcription.ts';

const KEY_ENV = ['CLOUDFLARE_API_TOKEN'];
/** Maximum `maxTokens` of a non-streaming request. Longer responses are streamed, so that the connection does not stay idle. */
const MAX_NON_STREAMING_TOKENS = 1024;

/**
 * Creates a provider for Workers AI. In a Worker, pass the binding `env.AI`. Outside a Worker, the provider uses REST with an
 * account and a token, by default CLOUDFLARE_ACCOUNT_ID (or CF_ACCOUNT_ID) and CLOUDFLARE_API_TOKEN in `env`. Throws `config` for
 * a gateway with an empty id.
 */
export function createCloudflare<Id extends string = 'cloudflare'>(
  options?: CloudflareOptions & { readonly id?: Id | undefined },
): Provider<NoInfer<Id>, CloudflareModelId>;
export function createCloudflare(options: CloudflareOptions = {}): Provider {
  checkProviderOptions('cloudflare', options, EXTRA_OPTIONS);
  return cloudflareProvider(options, KEY_ENV);
}

function cloudflareProvider(options: CloudflareOptions, keyEnv: readonly string[]): Provider {
  const id = options.id ?? 'cloudflare';
  if (options.gateway?.id === '')
    throw new LlmError('config', `${id}: gateway.id is empty; set it to the name of the gateway`);
  const connection = createConnection(options, keyEnv);
  return {
    spi: 1,
    id,
    ...billingOf(options, { vendor: 'cloudflare-workers-ai' }),
    // The address of a binding is not known.
    data: dataOf(options, () => (options.binding === undefined ? dataAt(options.baseURL) : undefined)),
    model: (modelId) => modelOf(modelId, id, options, connection),
    imageModel: (modelId) => ({
      ...imageModel(modelId, imageQuirksOf(modelId), connection),
      timeouts: options.timeouts,
    }),
    embeddingModel: (modelId) => ({ ...embeddingModel(modelId, connection), timeouts: options.timeouts }),
    transcriptionModel: (modelId) => ({
      ...transcriptionModel(modelId, connection),
      timeouts: options.timeouts,
    }),
    speechModel: (modelId) => ({ ...speechModel(modelId, connection), timeouts: options.timeouts }),
    schemes: { cloudflare: fromDsn },
  };
}

/**
 * Creates a provider from a DSN such as `cloudflare://TOKEN@api.cloudflare.com/client/v4?account=…`. The path is optional. A key
 * from the environment is sent only to the vendor's host.
 */
function fromDsn({ name, token, baseURL, path, params }: Dsn): Provider {
  const { account, gateway, ...quirks } = quirksFromParams<DsnSettings>(
    params,
    { account: TEXT, gateway: TEXT, ...QUIRK_VALUES },
    dsnVariable(name),
  );
  const url = path === '' ? `${baseURL}/client/v4` : baseURL;
  // Do not set the vendor's URL as `baseURL`, because an explicit base URL bypasses the gateway.
  const isVendor = url === API_URL;
  const options: CloudflareOptions = {
    id: name,
    apiKey: token,
    accountId: account,
    baseURL: isVendor ? undefined : url,
    gateway: gateway === undefined ? undefined : { id: gateway },
    quirks,
  };
  return cloudflareProvider(options, isVendor ? KEY_ENV : []);
}

interface DsnSettings extends RunQuirks {
  readonly account: string;
  readonly gateway: string;
}
const TEXT: QuirkValues<string> = { takes: 'a string', read: (text) => text };

function modelOf(modelId: string, id: string, options: CloudflareOptions, connection: Connection): Model {
  const { capabilities, quirks: known } = modelFacts(modelId);
  const quirks: RunQuirks = { ...RUN_QUIRKS, ...known, ...options.quirks };
  const family = chatReasoningFamily(id, options.baseURL ?? 'workers-ai');
  return {
    id: modelId,
    wire: 'workersai-run',
    families: [family],
    capabilities,
    timeouts: options.timeouts,
    isNonStreaming,
    stream(request, context) {
      const session = connection.open({ target: context.target, request });
      const writer = new EventWriter(context.target, { collects: true });
      // A response with a schema cannot be streamed (developers.cloudflare.com/workers-ai/features/json-mode, 2026-11).
      const isStream = context.delivery === 'deltas' && request.output === undefined;
      return sdkStream({
        context,
        reader: new RunReader({
          writer,
          family,
          isStream,
          maxTokens: request.maxTokens,
          toLlmError: (body) => inBandError(body, session),
        }),
        send() {
          const { input, warnings } = toWire(request, quirks, { stream: isStream, family });
          writer.warning(...warnings);
          return session.run({ modelId, input, context });
        },
        toLlmError: (error) => session.toLlmError(error),
      });
    },
  };
}

const isNonStreaming = ({ maxTokens, output }: ModelRequest): boolean =>
  output !== undefined || (maxTokens ?? DEFAULT_MAX_TOKENS) <= MAX_NON_STREAMING_TOKENS;
