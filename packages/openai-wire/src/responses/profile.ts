import type { Billing, Capabilities, Timeouts } from '@majordomo/core';
import type { responsesFamily } from '@majordomo/core/toolkit';
import type { OtherModelsProfile } from '../other-models/quirks.ts';
import { COMPATIBLE_RESPONSES_QUIRKS, type ResponsesQuirks } from './quirks.ts';

/** What one family of model ids does differently at its vendor. */
export interface ResponsesRule {
  /** Matches the model id as the caller wrote it. */
  readonly pattern: RegExp;
  readonly quirks?: Partial<ResponsesQuirks> | undefined;
  readonly capabilities?: Capabilities | undefined;
}

/** A vendor of the Responses wire: data only, it survives `structuredClone`. */
export interface ResponsesProfile extends OtherModelsProfile {
  readonly api: 'responses';
  /** Default id of the provider. */
  readonly id: string;
  /** Whose prices and conventions hold, in the catalogue's words. */
  readonly vendor?: string | undefined;
  /** How it is paid where no price applies: a plan, or own hardware. */
  readonly billing?: Billing | undefined;
  /** What the vendor's users give their OpenAI client. */
  readonly baseURL: string;
  /** Variable that holds the key; without one and without `apiKey` no credential is sent. */
  readonly keyEnv?: string | undefined;
  /** Whose encrypted reasoning its models read, where that is not the common kind. */
  readonly issuer?: Parameters<typeof responsesFamily>[0] | undefined;
  /** Header that carries the key instead of `authorization`. */
  readonly keyHeader?: string | undefined;
  /** Constant headers of every call; the caller's win. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Constant query of every call. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Laid over the quirks of compatible servers. */
  readonly quirks?: Partial<ResponsesQuirks> | undefined;
  readonly capabilities?: Capabilities | undefined;
  /** First match wins. */
  readonly models?: readonly ResponsesRule[] | undefined;
  readonly timeouts?: Timeouts | undefined;
  /** What backs the profile where no recording does: its source, and that nobody has seen it work. */
  readonly unverified?: string | undefined;
}

/** What holds for one model of a profile. */
export interface ResponsesTraits {
  readonly quirks: ResponsesQuirks;
  readonly capabilities: Capabilities;
}

/** Wire default ← profile ← first matching model rule ← the caller's own (DSN or option). */
export function responsesTraitsOf(
  profile: ResponsesProfile,
  modelId: string,
  own?: Partial<ResponsesQuirks>,
): ResponsesTraits {
  const rule = profile.models?.find(({ pattern }) => pattern.test(modelId));
  const quirks = { ...COMPATIBLE_RESPONSES_QUIRKS, ...profile.quirks, ...rule?.quirks, ...own };
  return {
    quirks,
    capabilities: {
      output: quirks.output === 'instruct' ? 'instruct' : 'native',
      ...profile.capabilities,
      ...rule?.capabilities,
    },
  };
}
