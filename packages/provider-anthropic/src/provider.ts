import type { Dsn, Model, Provider } from '@majordomo/core';
import { CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import {
  checkProviderOptions,
  quirksFromParams,
  EventWriter,
  sdkStream,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { serialize } from './body.ts';
import { createConnection, type Connection } from './connection.ts';
import { inBandError, toLlmError } from './errors.ts';
import { factsOf, listedModels } from './models.ts';
import { ID, KEY_ENV, ORIGIN, OWN_OPTIONS, type AnthropicOptions } from './options.ts';
import { MESSAGES_QUIRKS, QUIRK_WORDS, type Quirks } from './quirks.ts';
import { DEFAULT_MAX_TOKENS, headersOf, toWire } from './request.ts';
import { MessagesReader } from './stream.ts';

/**
 * Claude through the Messages API. The key is `apiKey` or the variable ANTHROPIC_API_KEY of the call's `env`;
 * without one the call fails with kind `auth`. Nothing is loaded before the first call.
 */
export function createAnthropic(options: AnthropicOptions = {}): Provider {
  checkProviderOptions('anthropic', options, OWN_OPTIONS);
  return messagesProvider(
    { ...options, vendor: options.vendor ?? VENDOR },
    createConnection(options, KEY_ENV),
  );
}

/** In the catalogue's words. */
const VENDOR = 'anthropic';

/** A token in the DSN, and nothing else: the variable's key belongs to the vendor's own host. */
function fromDsn({ name, token, baseURL, params }: Dsn): Provider {
  const isVendor = baseURL === ORIGIN;
  // Other servers of this wire have prices of their own.
  const { vendor = isVendor ? VENDOR : undefined, ...words } = params;
  const quirks = quirksFromParams<Quirks>(words, QUIRK_WORDS);
  const options: AnthropicOptions = { id: name, vendor, apiKey: token, baseURL, quirks };
  return messagesProvider(options, createConnection(options, isVendor ? KEY_ENV : []));
}

function messagesProvider(options: AnthropicOptions, server: Connection): Provider {
  const id = options.id ?? ID;
  return {
    spi: 1,
    id,
    vendor: options.vendor,
    billing: options.billing,
    model: (modelId) => messagesModel(modelId, options, server),
    schemes: { anthropic: fromDsn },
    async listModels(context) {
      const facts: ErrorContext = { target: id, secrets: [] };
      try {
        return await listedModels(id, await server.pages(context, facts));
      } catch (error) {
        throw toLlmError(error, facts);
      }
    },
  };
}

/** Who reads this server's thinking. */
const familyOf = ({ family }: Quirks, baseURL: string): string =>
  family === 'claude' ? CLAUDE_FAMILY : `messages/${baseURL.replace(/^https?:\/\//, '').replace(/\/.*/, '')}`;

/**
 * The SDK refuses non-streaming calls that may take more than 10 minutes, at 128,000 tokens an hour:
 * connections that idle for longer are cut on the way. Such answers are streamed, whoever reads them.
 */
const LONGEST_WHOLE_TOKENS = 21_333;

function messagesModel(modelId: string, options: AnthropicOptions, server: Connection): Model {
  const { capabilities, quirks: known } = factsOf(modelId);
  const quirks: Quirks = { ...MESSAGES_QUIRKS, ...known, ...options.quirks };
  const family = familyOf(quirks, options.baseURL ?? ORIGIN);
  const most = capabilities.maxOutputTokens;
  return {
    id: modelId,
    wire: 'anthropic-messages',
    families: [family],
    capabilities,
    timeouts: options.timeouts,
    isNonStreaming: ({ maxTokens }) =>
      Math.min(maxTokens ?? Infinity, most ?? DEFAULT_MAX_TOKENS) <= LONGEST_WHOLE_TOKENS,
    stream(request, context) {
      const { target, delivery } = context;
      const facts: ErrorContext = { target, request, secrets: [] };
      const scribe = new EventWriter(target, []);
      return sdkStream({
        context,
        reader: new MessagesReader({
          scribe,
          family,
          inBandError: (body) => inBandError(body, facts),
          reportUsage: (usage) => context.reportUsage?.(usage),
        }),
        send(signal) {
          const { params, warnings } = toWire(request, modelId, quirks, family, most);
          scribe.warning(...warnings);
          const body = serialize(params, delivery === 'deltas');
          return server.send(body, headersOf(params), { ...context, signal }, facts);
        },
        toLlmError: (error) => toLlmError(error, facts),
      });
    },
  };
}
