import type { Profile, ResponsesProfile } from '../profile.ts';
import { OPENAI_QUIRKS } from '../chat/quirks.ts';
import { OPENAI_OTHER_MODELS } from './openai-other-models.ts';
import { OPENAI_MODELS } from './openai-models.ts';
import { openaiResponses } from './openai-responses.ts';

/** Options of `azureOpenAI` and `azureResponses`. */
export interface AzureOptions {
  /** Name of the resource: `name` in `https://<name>.openai.azure.com`. @default the resource at `env.AZURE_OPENAI_ENDPOINT` */
  readonly resource?: string | undefined;
  /** Deployment to call over the older API. @default the `/openai/v1` API, with the model id as the deployment */
  readonly deployment?: string | undefined;
  /** Version of the older API. @default '2024-12-01-preview' */
  readonly apiVersion?: string | undefined;
  /** Embedding models by deployment name. Deployments of one model then share a vector space, so a chain can combine them. */
  readonly vectorSpaces?: Readonly<Record<string, string>> | undefined;
  /** Type of `apiKey`. `key`: key of the resource. `token`: token of Entra ID. @default 'key' */
  readonly credential?: 'key' | 'token' | undefined;
}

/** Azure OpenAI over Chat Completions. Source: recordings of 2024-2026 of the `/openai/v1` API and of the older API. */
export function azureOpenAI(options: AzureOptions = {}): Profile {
  const { resource, deployment, apiVersion, credential, vectorSpaces } = options;
  const path = deployment === undefined ? '/openai/v1' : `/openai/deployments/${deployment}`;
  const address =
    resource === undefined
      ? { baseURLEnv: 'AZURE_OPENAI_ENDPOINT', baseURLEnvPath: path }
      : { baseURL: `https://${resource}.openai.azure.com${path}` };
  return {
    id: 'azure',
    vendor: 'azure',
    ...address,
    keyEnv: 'AZURE_OPENAI_API_KEY',
    keyHeader: credential === 'token' ? undefined : 'api-key',
    query: deployment === undefined ? undefined : { 'api-version': apiVersion ?? '2024-12-01-preview' },
    quirks: OPENAI_QUIRKS,
    // Most deployments are named after their model.
    models: OPENAI_MODELS,
    // Only the `/openai/v1` API has batches.
    batches: deployment === undefined ? 'openai' : undefined,
    ...OPENAI_OTHER_MODELS,
    vectorSpaces,
  };
}

/** Azure OpenAI over Responses. Source: recordings of 2025-2026, in which encrypted reasoning was sent back without its id. */
export function azureResponses(
  options: Pick<AzureOptions, 'resource' | 'credential' | 'vectorSpaces'> = {},
): ResponsesProfile {
  const azure = azureOpenAI(options);
  const { id, vendor, baseURL, baseURLEnv, baseURLEnvPath, keyEnv, keyHeader, vectorSpaces } = azure;
  const address = { baseURL, baseURLEnv, baseURLEnvPath };
  return {
    ...openaiResponses,
    ...address,
    id,
    vendor,
    keyEnv,
    keyHeader,
    vectorSpaces,
    // `openaiResponses` has both. `azureOpenAI` has neither.
    moderation: false,
    classification: false,
    // Microsoft's documents do not name programs that call tools (2026-11).
    programs: undefined,
  };
}
