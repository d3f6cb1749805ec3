import type { Capabilities, LlmError, ModelInfo } from '@majordomo/core';
import { lowerCaseNames } from '@majordomo/wire-kit';
import { clientsOf, NEVER_MS, type Server } from './clients.ts';
import { toLlmError, type SdkErrorContext } from './errors.ts';
import { limitsTo } from './rate-limits.ts';
import { listedModels } from './listed.ts';
import type { CallContext, SdkOptions } from './options.ts';
import type { Sdk } from './sdk.ts';

/** A provider's server behind its SDK: credentials, headers, limits and errors are seen to. */
export interface Connection {
  readonly baseURL: string;
  /** Sends JSON text or a form and gives the raw response; `facts` learns what must not be shown and how to recover. */
  post(
    path: string,
    body: string | FormData,
    context: CallContext,
    facts: SdkErrorContext,
  ): Promise<Response>;
  /** The models that the vendor lists. */
  list(context: CallContext, known: (id: string) => Capabilities): Promise<readonly ModelInfo[]>;
  /** Any failure of a call as the one error, without the call's secrets. */
  toLlmError(error: unknown, facts: SdkErrorContext): LlmError;
}

/** The connection of a provider: all that is sent through its SDK is sent here. */
export function connectionOf(sdk: Sdk, server: Server, options: SdkOptions): Connection {
  const { connect, errors } = clientsOf(sdk, server, options);
  const headersFor = headersOf({ ...server.headers, ...options.headers });
  const settings = ({ headers, signal }: CallContext, isForm = false): object => ({
    headers: headersFor(headers, isForm),
    signal,
    maxRetries: 0,
    timeout: NEVER_MS,
  });
  const tellLimits = options.onRateLimits && limitsTo(options.onRateLimits);
  const convert = (error: unknown, facts: SdkErrorContext): LlmError => toLlmError(error, facts, errors());
  return {
    baseURL: options.baseURL ?? server.baseURL,
    async post(path, body, context, facts) {
      const client = await connect(context, facts);
      const call = settings(context, typeof body !== 'string');
      const sent = sdk.requiresBytes === true && typeof body === 'string' ? UTF8.encode(body) : body;
      const sending = client.post(sdk.prefix + path, { ...call, body: sent }).asResponse();
      return tellLimits === undefined ? sending : tellLimits(facts.target, sending);
    },
    async list(context, known) {
      const facts: SdkErrorContext = { target: server.id, secrets: [] };
      try {
        const client = await connect(context, facts);
        const response = await client.get(`${sdk.prefix}/models`, settings(context)).asResponse();
        return listedModels(await response.json(), server.id, known);
      } catch (error) {
        throw convert(error, facts);
      }
    },
    toLlmError: convert,
  };
}

const UTF8 = new TextEncoder();

/** SDKs send a text as it is only with a type; that of a form names its boundary, which the platform finds. */
const JSON_BODY = { 'content-type': 'application/json' };

type HeadersFor = (more: CallContext['headers'], isForm: boolean) => Readonly<Record<string, string>>;

/** The headers of a call: the same object where the app adds none. */
function headersOf(constant: Readonly<Record<string, string>>): HeadersFor {
  const own = lowerCaseNames(constant);
  const always = { ...JSON_BODY, ...own };
  return (more, isForm) => {
    if (isForm) return { ...lowerCaseNames(more), ...own };
    return more === undefined ? always : { ...JSON_BODY, ...lowerCaseNames(more), ...own };
  };
}
