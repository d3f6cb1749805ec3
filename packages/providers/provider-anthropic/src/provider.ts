import {
  type DataHandling,
  type Dsn,
  dsnVariable,
  type Env,
  type Model,
  type Provider,
} from '@majordomo/core';
import { CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import { checkProviderOptions, EventWriter, sdkStream } from '@majordomo/wire-kit';
import { dataAt, dataOf, quirksFromParams } from '@majordomo/wire-kit/internal';
import { batchBackend } from './batch.ts';
import { serializeBody } from './body.ts';
import { baseURLOf, createConnection, type Connection } from './connection.ts';
import { inBandError } from './errors.ts';
import { fileBackend } from './files.ts';
import { listModels, modelFacts, PROGRAM_VENDORS } from './models.ts';
import type { AnthropicModelId } from './model-ids.ts';
import { DEFAULT_ID, KEY_ENV, ORIGIN, EXTRA_OPTIONS, type AnthropicOptions } from './options.ts';
import { MESSAGES_QUIRKS, QUIRK_VALUES, type Quirks } from './quirks.ts';
import { DEFAULT_MAX_TOKENS, headersOf, toWire } from './request.ts';
import { MessagesReader } from './stream.ts';

/**
 * Creates a provider for Claude models on Anthropic's Messages API. The key is `apiKey`, or otherwise ANTHROPIC_API_KEY in the
 * `env` of the call. If no key is set, a call fails with kind `auth`. The first call loads the SDK.
 */
export function createAnthropic<Id extends string = 'anthropic'>(
  options?: AnthropicOptions & { readonly id?: Id | undefined },
): Provider<NoInfer<Id>, AnthropicModelId>;
export function createAnthropic(options: AnthropicOptions = {}): Provider {
  checkProviderOptions('anthropic', options, EXTRA_OPTIONS);
  return messagesProvider(
    { ...options, vendor: options.vendor ?? VENDOR },
    createConnection(options, KEY_ENV),
  );
}

const VENDOR = 'anthropic';

function fromDsn({ name, token, baseURL, params }: Dsn): Provider {
  const isVendor = baseURL === ORIGIN;
  // Anthropic's prices do not apply to other servers that implement the Messages API.
  const { vendor = isVendor ? VENDOR : undefined, ...quirkParams } = params;
  const quirks = quirksFromParams<Quirks>(quirkParams, QUIRK_VALUES, dsnVariable(name));
  const options: AnthropicOptions = { id: name, vendor, apiKey: token, baseURL, quirks };
  // Without a token in the DSN, another server must not receive Anthropic's key.
  return messagesProvider(options, createConnection(options, isVendor ? KEY_ENV : []));
}

function messagesProvider(options: AnthropicOptions, server: Connection): Provider {
  const id = options.id ?? DEFAULT_ID;
  return {
    spi: 1,
    id,
    vendor: options.vendor,
    billing: options.billing,
    data: dataOf(options, (_modelId, env) => dataAt(baseURLOf(options, env), originsOf(options))),
    model: (modelId, env) => messagesModel(modelId, options, server, env),
    // Only Anthropic's own server is known to support batches and files.
    ...(options.vendor === VENDOR && {
      batch: (_modelId: string, operation: 'chat' | 'embedding') =>
        operation === 'chat' ? batchBackend(server) : undefined,
      files: () => fileBackend(server),
    }),
    schemes: { anthropic: fromDsn },
    async listModels(context) {
      const session = server.open({ target: id });
      try {
        return await listModels(id, await session.modelPages(context));
      } catch (error) {
        throw session.toLlmError(error);
      }
    },
  };
}

/** Anthropic retains content, and does not train on it without consent. Sources: commercial terms and API documents (2026-11). */
const originsOf = ({ inferenceGeo: region }: AnthropicOptions): Readonly<Record<string, DataHandling>> => ({
  [ORIGIN]: { region, retentionDays: 30, trainsOn: false },
});

/** Returns the id of the models that accept each other's thinking: all Claude models, or those at the host of the base URL. */
const familyOf = ({ family }: Quirks, baseURL: string): string =>
  family === 'claude' ? CLAUDE_FAMILY : `messages/${baseURL.replace(/^https?:\/\//, '').replace(/\/.*/, '')}`;

/**
 * Maximum `max_tokens` of a non-streaming request. The SDK rejects a higher value, because such a request may take more than 10
 * minutes (128,000 tokens per hour), and networks close idle connections.
 */
const MAX_NON_STREAMING_TOKENS = 21_333;

function messagesModel(modelId: string, options: AnthropicOptions, server: Connection, env: Env = {}): Model {
  const { capabilities: facts, quirks: known } = modelFacts(modelId);
  const quirks: Quirks = { ...MESSAGES_QUIRKS, ...known, ...options.quirks };
  // `quirks.programs` is a fact about the model, so it counts only at a vendor that runs programs. The option counts everywhere.
  const runsPrograms =
    options.quirks?.programs ?? (quirks.programs && PROGRAM_VENDORS.has(options.vendor ?? ''));
  const capabilities = runsPrograms ? { ...facts, programs: true } : facts;
  // The URL only identifies the family here. The connection checks it before a request.
  const family = familyOf(quirks, options.baseURL ?? env['ANTHROPIC_BASE_URL'] ?? ORIGIN);
  const modelMaxTokens = capabilities.maxOutputTokens;
  return {
    id: modelId,
    wire: 'anthropic-messages',
    families: [family],
    capabilities,
    timeouts: options.timeouts,
    isNonStreaming: ({ maxTokens }) =>
      Math.min(maxTokens ?? Infinity, modelMaxTokens ?? DEFAULT_MAX_TOKENS) <= MAX_NON_STREAMING_TOKENS,
    stream(request, context) {
      const { target, delivery } = context;
      const session = server.open({ target, request });
      // The writer collects its events, because `sdkStream` takes them.
      const writer = new EventWriter(target, { collects: true });
      return sdkStream({
        context,
        reader: new MessagesReader({
          writer,
          family,
          inBandError: (body) => inBandError(body, session),
          reportUsage: (usage) => context.reportUsage?.(usage),
        }),
        send(signal) {
          const { params, warnings } = toWire(
            request,
            modelId,
            quirks,
            family,
            capabilities,
            options.inferenceGeo,
          );
          writer.warning(...warnings);
          const body = serializeBody(params, delivery === 'deltas');
          return session.sendMessages(body, headersOf(params), { ...context, signal });
        },
        toLlmError: (error) => session.toLlmError(error),
      });
    },
  };
}
