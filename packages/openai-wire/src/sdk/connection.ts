import {
  LlmError,
  type Capabilities,
  type ImageBackend,
  type ModelInfo,
  type Recovery,
} from '@majordomo/core';
import {
  clientCache,
  credentialSource,
  lowerCased,
  patientFetch,
  sameHeaders,
  secretsIn,
  secretsOfClient,
} from '@majordomo/core/provider';
import type { ChatFailure } from '../failure/failure.ts';
import { listedModels } from './listed.ts';
import type { CallContext, Sdk, SdkClient, SdkOptions } from './client.ts';
import { toLlmError } from './errors.ts';
import { limitsTo } from './limits.ts';

/** What is known around a call when it fails; what was sent and with which credential comes as it goes on. */
export interface Failed {
  readonly target: string;
  /** Values that no error may show. */
  secrets: readonly string[];
  /** How to ask for another credential after a 401. */
  credential?: () => Recovery | undefined;
  /** What else may help, given what was sent. */
  remedy?: (failure: ChatFailure, status: number) => Recovery | undefined;
}

/** Where a provider's calls go: what profiles of both wires have in common. */
export interface Place {
  readonly id: string;
  readonly baseURL: string;
  readonly keyEnv?: string | undefined;
  readonly keyHeader?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
}

/** A provider's server behind its SDK: credentials, headers, limits and errors are seen to. */
export interface Endpoint {
  readonly baseURL: string;
  /** Sends JSON text or a form and gives the raw response; `failed` learns what must not be shown and how to recover. */
  post(path: string, body: string | FormData, context: CallContext, failed: Failed): Promise<Response>;
  /** The models that the vendor lists. */
  list(context: CallContext, known: (id: string) => Capabilities): Promise<readonly ModelInfo[]>;
  /** Any failure of a call as the one error, without the call's secrets. */
  toLlmError(error: unknown, failed: Failed): LlmError;
}

/** Image models over an endpoint, for packages that have some. */
export type Drawing = (endpoint: Endpoint) => (modelId: string) => ImageBackend;

/** The longest that a timer can be told. */
const NEVER_MS = 2 ** 31 - 1;

/** SDKs send a text as it is only with a type; that of a form names its boundary, which the platform finds. */
const JSON_BODY = { 'content-type': 'application/json' };

/** Carries a call's signal through the SDK to the transport. */
const SIGNAL: unique symbol = Symbol('signal');
interface Carrier {
  readonly [SIGNAL]?: AbortSignal;
}

/** The endpoint of a provider: one client per credential and transport, made at the first call. */
export function endpointOf(sdk: Sdk, place: Place, options: SdkOptions): Endpoint {
  const baseURL = options.baseURL ?? place.baseURL;
  const own = lowerCased({ ...place.headers, ...options.headers });
  const always = { ...JSON_BODY, ...own };
  const headersFor = (more: CallContext['headers'], isForm: boolean): Readonly<Record<string, string>> => {
    if (isForm) return { ...lowerCased(more), ...own };
    return more === undefined ? always : { ...JSON_BODY, ...lowerCased(more), ...own };
  };
  const clients = clientCache<SdkClient>();
  const isKeyless = options.apiKey === undefined && place.keyEnv === undefined;
  const credentials = credentialSource(options.apiKey, place.keyEnv === undefined ? [] : [place.keyEnv]);
  const make = async (
    key: string | undefined,
    fetch: typeof globalThis.fetch = patientFetch,
  ): Promise<SdkClient> => {
    const client = await sdk.newClient({
      key,
      baseURL,
      fetch: (url, init) => fetch(url, signalled(init)),
      defaultHeaders: defaultHeaders(key, place.keyHeader),
      defaultQuery: place.query,
      timeout: NEVER_MS,
    });
    return sameHeaders(client);
  };
  const connect = async (context: CallContext, failed: Failed): Promise<SdkClient> => {
    failed.secrets = [...secretsOfClient(options.client), ...secretsIn(context.headers, own, place.query)];
    if (options.client !== undefined) return checkedClient(options.client, sdk);
    const fetch = options.fetch ?? context.fetch;
    if (isKeyless) return clients('', () => make(undefined, fetch), fetch);
    const key = await credentials.read(context);
    failed.secrets = [key, ...failed.secrets];
    failed.credential = () => credentials.recovery(key);
    return clients(key, () => make(key, fetch), fetch);
  };
  const settings = ({ headers, signal }: CallContext, isForm = false): object => ({
    ...sdk.callOptions,
    headers: headersFor(headers, isForm),
    ...(options.client === undefined && sdk.handsOnFetchOptions
      ? { fetchOptions: { [SIGNAL]: signal } satisfies Carrier }
      : { signal }),
    maxRetries: 0,
    timeout: NEVER_MS,
  });
  const tellLimits = options.onRateLimits && limitsTo(options.onRateLimits);
  const convert = (error: unknown, failed: Failed): LlmError => toLlmError(error, failed, sdk.refusal);
  return {
    baseURL,
    async post(path, body, context, failed) {
      const client = await connect(context, failed);
      const call = settings(context, typeof body !== 'string');
      const sending = client.post(sdk.prefix + path, { ...call, body }).asResponse();
      return tellLimits === undefined ? sending : tellLimits(failed.target, sending);
    },
    async list(context, known) {
      const failed: Failed = { target: place.id, secrets: [] };
      try {
        const client = await connect(context, failed);
        const response = await client.get(`${sdk.prefix}/models`, settings(context)).asResponse();
        return listedModels((await response.json()) as Listed, place.id, known);
      } catch (error) {
        throw convert(error, failed);
      }
    },
    toLlmError: convert,
  };
}

type Listed = Parameters<typeof listedModels>[0];

/** Not sent: the wait that is switched off, and a key that the SDK insists on or that goes into another header. */
function defaultHeaders(
  key: string | undefined,
  header: string | undefined,
): Readonly<Record<string, string | null>> {
  return {
    'x-stainless-timeout': null,
    ...(key === undefined || header !== undefined ? { authorization: null } : undefined),
    ...(key !== undefined && header !== undefined ? { [header]: key } : undefined),
  };
}

function signalled(init: (RequestInit & Carrier) | undefined): RequestInit | undefined {
  const signal = init?.[SIGNAL];
  return signal === undefined ? init : { ...init, signal };
}

function checkedClient(client: object, sdk: Sdk): SdkClient {
  if ('post' in client && 'get' in client) return client as SdkClient;
  throw new LlmError(
    'config',
    `the \`client\` given to the provider is no client of the ${sdk.name} package`,
  );
}
