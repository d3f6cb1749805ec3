import type { ChatRequest, Effort } from '@majordomo/core';
import { didYouMean, EFFORTS, OPTIONAL_SETTINGS } from '@majordomo/core/toolkit';
import { Stop } from '../program/exit.ts';
import type { ChatFlags } from './flags.ts';
import { pair } from './pair.ts';

/** Settings of a request that flags can set. */
export type RequestSettings = Omit<Partial<ChatRequest>, 'messages' | 'system' | 'tools' | 'output'>;

/** Members of a request that `-o` can set. Other names are sent to the vendor unchanged. */
const REQUEST_MEMBERS = new Set<string>(OPTIONAL_SETTINGS);

/** Converts flags to settings. `providers`: ids of providers that receive vendor options. Throws `Stop` for an invalid flag. */
export function requestSettings(flags: ChatFlags, providers: readonly string[]): RequestSettings {
  const { temperature, reasoning, maxTokens, option = [] } = flags;
  const options = Object.fromEntries(option.map((each) => pair(each)));
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => REQUEST_MEMBERS.has(name)));
  const providerOptions = Object.fromEntries(
    Object.entries(options).filter(([name]) => !REQUEST_MEMBERS.has(name)),
  );
  return {
    ...own,
    ...(temperature !== undefined && { temperature: numberOf(temperature) }),
    ...(reasoning !== undefined && { reasoning: effortOf(reasoning) }),
    // `chat` has checked that this is a positive integer.
    ...(maxTokens !== undefined && { maxTokens: Number(maxTokens) }),
    ...(Object.keys(providerOptions).length > 0 && {
      extra: Object.fromEntries(providers.map((id) => [id, providerOptions])),
    }),
  };
}

function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new Stop('--temperature must be a number, such as 0.7');
  return value;
}

function effortOf(text: string): Effort {
  const effort = EFFORTS.find((known) => known === text);
  if (effort !== undefined) return effort;
  throw new Stop(`--reasoning must be one of ${EFFORTS.join(', ')}${didYouMean(text, EFFORTS)}`);
}
