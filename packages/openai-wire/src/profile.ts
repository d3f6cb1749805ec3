import type { Billing, Capabilities, Timeouts } from '@majordomo/core';
import type { responsesFamily } from '@majordomo/core/toolkit';
import { COMPATIBLE_QUIRKS, type ChatQuirks } from './chat/quirks.ts';
import type { OtherModelsProfile } from './other-models/quirks.ts';
import type { WireQuirks } from './quirks.ts';
import { COMPATIBLE_RESPONSES_QUIRKS, type ResponsesQuirks } from './responses/quirks.ts';

/** Quirks and capabilities of the models whose ids match a pattern. */
export interface WireModelRule<Quirks> {
  /** Matches the model id as the caller wrote it. */
  readonly pattern: RegExp;
  readonly quirks?: Partial<Quirks> | undefined;
  readonly capabilities?: Capabilities | undefined;
}

/** A vendor as data: `structuredClone` copies it. */
export interface WireProfile<Quirks> extends OtherModelsProfile {
  /** Default id of the provider, the `groq` of `groq/llama-…`. */
  readonly id: string;
  /** Name of the vendor in the catalogue, for prices and conventions. */
  readonly vendor?: string | undefined;
  /** `included` for a plan or for the application's hardware, where no price applies. */
  readonly billing?: Billing | undefined;
  /** Base URL that users of the vendor give their OpenAI client; it usually ends in `/v1`. Required without `baseURLEnv`. */
  readonly baseURL?: string | undefined;
  /** Variable of the call's `env` that replaces `baseURL`, such as `OPENAI_BASE_URL`. The option `baseURL` takes precedence. */
  readonly baseURLEnv?: string | undefined;
  /** Path that is appended to the value of `baseURLEnv`. @default '' */
  readonly baseURLEnvPath?: string | undefined;
  /** Variable that holds the key. Without it and without `apiKey` no credential is sent. */
  readonly keyEnv?: string | undefined;
  /** Header that carries the key instead of `authorization`. */
  readonly keyHeader?: string | undefined;
  /** Constant headers of every call. Headers of the caller take precedence. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Constant query of every call. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Differences from the quirks of compatible servers. */
  readonly quirks?: Partial<Quirks> | undefined;
  readonly capabilities?: Capabilities | undefined;
  /** Rules by model id. The first match applies. */
  readonly models?: readonly WireModelRule<Quirks>[] | undefined;
  readonly timeouts?: Timeouts | undefined;
  /** Source of a profile that no recording confirms. */
  readonly unverified?: string | undefined;
}

/** Quirks and capabilities of models of the Chat Completions wire. */
export type ModelRule = WireModelRule<ChatQuirks>;

/** A vendor of the Chat Completions wire. */
export type Profile = WireProfile<ChatQuirks>;

/** Quirks and capabilities of models of the Responses wire. */
export type ResponsesRule = WireModelRule<ResponsesQuirks>;

/** A vendor of the Responses wire. */
export interface ResponsesProfile extends WireProfile<ResponsesQuirks> {
  readonly api: 'responses';
  /** Vendor whose encrypted reasoning the models read. @default 'openai' */
  readonly issuer?: Parameters<typeof responsesFamily>[0] | undefined;
}

/** Quirks and capabilities of one model. */
export interface ModelTraits<Quirks> {
  readonly quirks: Quirks;
  readonly capabilities: Capabilities;
}

/** Capabilities of a model that accepts text only. */
export const TEXT_ONLY = { images: false, files: false, audio: false } as const;

/** Returns the traits of a model of the Chat Completions wire. `own`: quirks of a DSN or of the options. */
export function chatTraits(
  profile: Profile,
  modelId: string,
  own?: Partial<ChatQuirks>,
): ModelTraits<ChatQuirks> {
  const { quirks, capabilities } = traitsOf(COMPATIBLE_QUIRKS, profile, modelId, own);
  const media = quirks.content === 'string' ? TEXT_ONLY : undefined;
  return { quirks, capabilities: withResultFiles({ ...media, ...capabilities }) };
}

/** Returns the traits of a model of the Responses wire. `own`: quirks of a DSN or of the options. */
export const responsesTraits = (
  profile: ResponsesProfile,
  modelId: string,
  own?: Partial<ResponsesQuirks>,
): ModelTraits<ResponsesQuirks> => {
  const { quirks, capabilities } = traitsOf(COMPATIBLE_RESPONSES_QUIRKS, profile, modelId, own);
  return { quirks, capabilities: withResultFiles(capabilities) };
};

/** Documents of results are sent within them or in a user message after them. */
const withResultFiles = (capabilities: Capabilities): Capabilities =>
  capabilities.files === undefined || capabilities.files === false
    ? capabilities
    : { ...capabilities, resultFiles: capabilities.files };

/** Each source takes precedence over the one before: wire, profile, first matching rule, `own`. */
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
