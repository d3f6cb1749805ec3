import type { Billing, Capabilities, Timeouts } from '@majordomo/core';
import type { OtherModelsProfile } from '../other-models/quirks.ts';
import { COMPATIBLE_QUIRKS, type ChatQuirks } from './quirks.ts';

/** What one family of model ids does differently at its vendor. */
export interface ModelRule {
  /** Matches the model id as the caller wrote it. */
  readonly pattern: RegExp;
  readonly quirks?: Partial<ChatQuirks> | undefined;
  readonly capabilities?: Capabilities | undefined;
}

/** A vendor of the Chat Completions wire: data only, it survives `structuredClone`. */
export interface Profile extends OtherModelsProfile {
  /** Default id of the provider, the `groq` of `groq/llama-…`. */
  readonly id: string;
  /** Whose prices and conventions hold, in the catalogue's words. */
  readonly vendor?: string | undefined;
  /** How it is paid where no price applies: a plan, or own hardware. */
  readonly billing?: Billing | undefined;
  /** What the vendor's users give their OpenAI client: usually ends in `/v1`. */
  readonly baseURL: string;
  /** Variable that holds the key; without one and without `apiKey` no credential is sent. */
  readonly keyEnv?: string | undefined;
  /** Header that carries the key instead of `authorization`. */
  readonly keyHeader?: string | undefined;
  /** Constant headers of every call; the caller's win. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Constant query of every call. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Laid over the quirks of compatible servers. */
  readonly quirks?: Partial<ChatQuirks> | undefined;
  readonly capabilities?: Capabilities | undefined;
  /** First match wins. */
  readonly models?: readonly ModelRule[] | undefined;
  readonly timeouts?: Timeouts | undefined;
  /** What backs the profile where no recording does: its source, and that nobody has seen it work. */
  readonly unverified?: string | undefined;
}

/** What holds for one model of a profile. */
export interface ChatTraits {
  readonly quirks: ChatQuirks;
  readonly capabilities: Capabilities;
}

/** Wire default ← profile ← first matching model rule ← the caller's own (DSN or option). */
export function traitsOf(profile: Profile, modelId: string, own?: Partial<ChatQuirks>): ChatTraits {
  const rule = profile.models?.find(({ pattern }) => pattern.test(modelId));
  const quirks: ChatQuirks = { ...COMPATIBLE_QUIRKS, ...profile.quirks, ...rule?.quirks, ...own };
  return {
    quirks,
    capabilities: {
      output: quirks.output === 'instruct' ? 'instruct' : 'native',
      ...(quirks.content === 'string' ? { images: false, files: false, audio: false } : undefined),
      ...profile.capabilities,
      ...rule?.capabilities,
    },
  };
}
