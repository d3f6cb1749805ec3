import type { Billing, Capabilities, Timeouts } from '@majordomo/core';
import type { responsesFamily } from '@majordomo/core/toolkit';
import { COMPATIBLE_QUIRKS, type ChatQuirks } from './chat/quirks.ts';
import type { OtherModelsProfile } from './other-models/quirks.ts';
import type { WireQuirks } from './quirks.ts';
import { COMPATIBLE_RESPONSES_QUIRKS, type ResponsesQuirks } from './responses/quirks.ts';

/** Quirks and capabilities of the chat models whose ids match a pattern. */
export interface WireModelRule<Quirks> {
  /** Pattern for the model id as the caller wrote it. */
  readonly pattern: RegExp;
  readonly quirks?: Partial<Quirks> | undefined;
  readonly capabilities?: Capabilities | undefined;
}

/** Batch API of a server: OpenAI's batches, or the jobs of Mistral. */
export type BatchApi = 'openai' | 'jobs';

/** Job API of a server: Responses with `background: true`, or the deferred completions of xAI. */
export type BackgroundApi = 'responses' | 'deferred';

/** File storage of a server: OpenAI's files. */
export type FileApi = 'openai';

/**
 * Video API of a server. `generations`: xAI's, whose videos have signed URLs. `contents`: OpenRouter's, whose videos are requested by index.
 */
export type VideoApi = 'generations' | 'contents';

/** Vendor or server, described by plain data that `structuredClone` can copy. */
export interface WireProfile<Quirks> extends OtherModelsProfile {
  /** Default id of the provider, such as `groq` in `groq/llama-…`. */
  readonly id: string;
  /** Name of the vendor in the catalog. It determines prices and the vendor's name in telemetry. */
  readonly vendor?: string | undefined;
  /** Billing of the calls. `included`: a plan or the application's own hardware covers the calls, so that no price applies. */
  readonly billing?: Billing | undefined;
  /** Base URL that the vendor documents for OpenAI clients. It usually ends with `/v1`. Required unless `baseURLEnv` is set. */
  readonly baseURL?: string | undefined;
  /** Environment variable whose value replaces this `baseURL`, such as `OPENAI_BASE_URL`. The option `baseURL` replaces both. */
  readonly baseURLEnv?: string | undefined;
  /** Path that is appended to the value of `baseURLEnv`. @default '' */
  readonly baseURLEnvPath?: string | undefined;
  /** Environment variable that contains the key. With neither this variable nor the option `apiKey`, no credential is sent. */
  readonly keyEnv?: string | undefined;
  /** Header that contains the key instead of `authorization`. */
  readonly keyHeader?: string | undefined;
  /** Headers of every request. The option `headers` replaces headers of the same name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Query parameters of every request. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Quirks that replace the defaults for compatible servers. */
  readonly quirks?: Partial<Quirks> | undefined;
  readonly capabilities?: Capabilities | undefined;
  /** Rules by model id. The first rule that matches applies. */
  readonly models?: readonly WireModelRule<Quirks>[] | undefined;
  readonly timeouts?: Timeouts | undefined;
  /** Batch API of the server. @default none */
  readonly batches?: BatchApi | undefined;
  /** Job API of the server. @default none */
  readonly background?: BackgroundApi | undefined;
  /** File storage of the server, from which its chat models read. @default none */
  readonly files?: FileApi | undefined;
  /** Video API of the server, and a pattern for the ids of the models that use it, by default of all models. @default none */
  readonly videos?: { readonly api: VideoApi; readonly models?: RegExp | undefined } | undefined;
  /** Source of the profile's data, if no recorded response confirms them. */
  readonly unverified?: string | undefined;
}

/** Quirks and capabilities of models that are called over Chat Completions. */
export type ModelRule = WireModelRule<ChatQuirks>;

/** Vendor or server that implements Chat Completions. */
export type Profile = WireProfile<ChatQuirks>;

/** Quirks and capabilities of models that are called over Responses. */
export type ResponsesRule = WireModelRule<ResponsesQuirks>;

/** Vendor or server that implements Responses. */
export interface ResponsesProfile extends WireProfile<ResponsesQuirks> {
  readonly api: 'responses';
  /** Vendor whose encrypted reasoning the models accept. @default 'openai' */
  readonly issuer?: Parameters<typeof responsesFamily>[0] | undefined;
  /** Pattern for the ids of the models that write programs which call tools and run at the vendor. @default no model */
  readonly programs?: RegExp | undefined;
}

/** Quirks and capabilities of one model. */
export interface ModelTraits<Quirks> {
  readonly quirks: Quirks;
  readonly capabilities: Capabilities;
}

/** Capabilities of a model that accepts text only. */
export const TEXT_ONLY = { images: false, files: false, audio: false } as const;

/** Returns the quirks and capabilities of a model over Chat Completions. `own` contains quirks from a DSN or the options. */
export function chatTraits(
  profile: Profile,
  modelId: string,
  own?: Partial<ChatQuirks>,
): ModelTraits<ChatQuirks> {
  const { quirks, capabilities } = traitsOf(COMPATIBLE_QUIRKS, profile, modelId, own);
  const media = quirks.content === 'string' ? TEXT_ONLY : undefined;
  return { quirks, capabilities: withResultFiles({ ...media, ...capabilities }) };
}

/** Returns the quirks and capabilities of a model over Responses. `own` contains quirks from a DSN or the options. */
export const responsesTraits = (
  profile: ResponsesProfile,
  modelId: string,
  own?: Partial<ResponsesQuirks>,
): ModelTraits<ResponsesQuirks> => {
  const { quirks, capabilities } = traitsOf(COMPATIBLE_RESPONSES_QUIRKS, profile, modelId, own);
  const programs = profile.programs?.test(modelId) === true ? { programs: true } : undefined;
  return { quirks, capabilities: withResultFiles({ ...programs, ...capabilities }) };
};

/**
 * Adds `resultFiles`: all documents that the model accepts, because they can be sent in the result or in a user message after it.
 */
const withResultFiles = (capabilities: Capabilities): Capabilities =>
  capabilities.files === undefined || capabilities.files === false
    ? capabilities
    : { ...capabilities, resultFiles: capabilities.files };

/** Merges quirks. Later sources replace earlier ones, in this order: API, profile, first matching rule, `own`. */
function traitsOf<Quirks extends WireQuirks>(
  defaults: Quirks,
  profile: WireProfile<Quirks>,
  modelId: string,
  own: Partial<Quirks> | undefined,
): ModelTraits<Quirks> {
  const rule = profile.models?.find(({ pattern }) => pattern.test(modelId));
  const quirks = { ...defaults, ...profile.quirks, ...rule?.quirks, ...own };
  const output = quirks.output === 'instruct' ? 'instruct' : 'native';
  return { quirks, capabilities: { output, ...profile.capabilities, ...rule?.capabilities } };
}
