import { LlmError } from '@majordomo/core';
import type { ModelContext } from '@majordomo/core';
import {
  checkModelId,
  directFetch,
  lowerCaseNames,
  patientFetch,
  secretsIn,
  wellFormedJson,
  type CredentialSource,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { withoutFinalSlashes } from '@majordomo/wire-kit/internal';
import type { ConnectRun, Run } from './run.ts';
import { httpError } from './errors.ts';
import type { CloudflareOptions, GatewayOptions } from './options.ts';

export const API_URL = 'https://api.cloudflare.com/client/v4';
const GATEWAY_URL = 'https://gateway.ai.cloudflare.com/v1';

const ACCOUNT_ENV = ['CLOUDFLARE_ACCOUNT_ID', 'CF_ACCOUNT_ID'];

/** Returns a function that determines the account and the key of a run through REST. */
export const connectRest =
  (options: CloudflareOptions, credentials: CredentialSource): ConnectRun =>
  async (run) => {
    const { modelId, context } = run;
    context.signal.throwIfAborted();
    checkModelId(modelId, context.target);
    const account = accountOf(options, context);
    const headerSecrets = secretsIn(context.headers, options.headers);
    const key = await credentials.resolve(context, headerSecrets);
    return {
      secrets: [key, ...headerSecrets],
      renew: () => credentials.renewal(key),
      // The client is the function that sends the run (`SendRun`).
      client: () => (errors) => runRest(options, run, { account, key, errors }),
    };
  };

interface Rest {
  readonly account: string;
  readonly key: string;
  readonly errors: ErrorContext;
}

/** Runs a model through REST. Throws for an error response. */
async function runRest(
  options: CloudflareOptions,
  { modelId, input, context }: Run,
  { account, key, errors }: Rest,
): Promise<Response> {
  const { url, headers } = endpoint(options, account);
  const fetch = directFetch(options.fetch ?? context.fetch ?? patientFetch, context.target);
  const isForm = input instanceof FormData;
  const response = await fetch(`${url}/${modelId}`, {
    method: 'POST',
    headers: {
      // `fetch` sets the content type of a form, with its boundary.
      ...(isForm ? undefined : { 'content-type': 'application/json' }),
      ...headers,
      ...lowerCaseNames(context.headers),
      ...lowerCaseNames(options.headers),
      authorization: `Bearer ${key}`,
    },
    body: isForm ? input : wellFormedJson(JSON.stringify(input)),
    signal: context.signal,
  });
  if (!response.ok) throw httpError(await response.text(), response, errors);
  return response;
}

/** Returns the account id from the options, otherwise from the first environment variable that is set. */
function accountOf({ accountId }: CloudflareOptions, { env, target }: ModelContext): string {
  const account =
    accountId ?? ACCOUNT_ENV.map((name) => env[name]).find((value) => value !== undefined && value !== '');
  if (account !== undefined && account !== '') return account;
  const message = `${target}: no account is configured; set ${ACCOUNT_ENV.join(' or ')}, pass accountId, or pass the binding env.AI`;
  throw new LlmError('config', message, { target, code: 'missing-account' });
}

interface Endpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

function endpoint({ baseURL, gateway, sessionAffinity }: CloudflareOptions, account: string): Endpoint {
  const affinity: Record<string, string> =
    sessionAffinity === undefined ? {} : { 'x-session-affinity': sessionAffinity };
  // An explicit base URL takes precedence over the gateway.
  if (baseURL !== undefined || gateway === undefined) {
    const base = withoutFinalSlashes(baseURL ?? API_URL);
    return { url: `${base}/accounts/${encodeURIComponent(account)}/ai/run`, headers: affinity };
  }
  const url = `${GATEWAY_URL}/${encodeURIComponent(account)}/${encodeURIComponent(gateway.id)}/workers-ai`;
  return { url, headers: { ...affinity, ...gatewayHeaders(gateway) } };
}

function gatewayHeaders({
  cacheTtl,
  cacheKey,
  skipCache,
  metadata,
  collectLog,
}: GatewayOptions): Record<string, string> {
  const headers = {
    'cf-aig-cache-ttl': cacheTtl?.toString(),
    'cf-aig-cache-key': cacheKey,
    'cf-aig-skip-cache': skipCache?.toString(),
    'cf-aig-metadata': metadata === undefined ? undefined : JSON.stringify(metadata),
    'cf-aig-collect-log': collectLog?.toString(),
  };
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
