import { integer, string, type Fields } from './fields.ts';
import type { Notes } from './notes.ts';
import type { Effort } from '@majordomo/core';

/** Maximum length of an end user's identifier that vendors accept, in characters. */
const MAX_LENGTH = 64;

/** Returns the end user's identifier in a member. Drops one that is longer than vendors accept, with a warning. */
export function identifierOf(owner: Fields, member: string, notes: Notes): string | undefined {
  const identifier = owner.optional(member, string);
  if (identifier === undefined || identifier === '') return undefined;
  if (identifier.length <= MAX_LENGTH) return identifier;
  notes.dropped(owner.pathOf(member), `vendors accept at most ${MAX_LENGTH} characters`);
  return undefined;
}

/** Maximum number of choices of a request. */
const MAX_CHOICES = 8;

/** Returns the number of choices that a member requests, each of which is a call. */
export function choicesOf(owner: Fields, member: string, notes: Notes): number {
  const choices = owner.optional(member, integer(1, MAX_CHOICES)) ?? 1;
  if (choices > 1)
    notes.emulated(
      owner.pathOf(member),
      `the request is sent ${choices} times, and its input is billed each time`,
    );
  return choices;
}

/** Minimum thinking budget for which each effort is used, in tokens. The budgets are those that providers send for the efforts. */
const EFFORT_FROM: readonly (readonly [number, Effort])[] = [
  [48_000, 'max'],
  [32_000, 'xhigh'],
  [16_000, 'high'],
  [8000, 'medium'],
  [2000, 'low'],
  [1, 'minimal'],
];

/** Returns the effort of a thinking budget in tokens. The wires of Claude and Gemini have such budgets. */
export const effortOfBudget = (budget: number): Effort =>
  EFFORT_FROM.find(([least]) => budget >= least)?.[1] ?? 'none';
