import { asRecord } from '@majordomo/core/toolkit';
import type { ChatRequest } from '@majordomo/core';
import { digest, textOf, toolCallsOf } from '@majordomo/evals/internal';
import type { RecordedCall } from '../traffic/answer.ts';
import { languageOf } from '../compare/language.ts';

/** Features by which calls are divided into kinds, in order. */
export const FEATURES = ['route', 'form', 'schema', 'tools', 'language', 'length'] as const;
export type Feature = (typeof FEATURES)[number];
export type Features = Readonly<Record<Feature, string>>;

/** Upper bounds of the classes of length, in thousands of tokens. */
const LENGTHS = [1, 4, 16, 64];
const CHARACTERS_PER_TOKEN = 4;

/** Returns what is known of a call without a look at its meaning. */
export function featuresOf(call: RecordedCall): Features {
  const { request, steps = [], response } = call;
  const answer = { role: 'assistant', parts: response.parts } as const;
  const tools = new Set([...steps, answer].flatMap(toolCallsOf).map(({ name }) => name));
  return {
    route: call.name ?? 'unnamed',
    form: formOf(request, toolCallsOf(answer).length),
    schema: schemaOf(request),
    tools: tools.size === 0 ? 'none' : [...tools].sort().join('+'),
    language: languageOf(lastUserText(request)),
    length: lengthOf(response.usage?.input ?? sizeOf(request) / CHARACTERS_PER_TOKEN),
  };
}

/** Returns the name of a kind by features, such as `extract · schema invoice · de`. */
export const kindName = (features: Partial<Features>): string =>
  FEATURES.flatMap((name) => {
    const value = features[name];
    if (value === undefined) return [];
    return name === 'schema' || name === 'tools' ? `${name} ${value}` : value;
  }).join(' · ') || 'all calls';

/** Returns the text of the last user message. */
export const lastUserText = ({ messages }: ChatRequest): string =>
  textOf(messages.findLast(({ role }) => role === 'user'));

function formOf({ output }: ChatRequest, calledTools: number): string {
  if (calledTools > 0) return 'tools';
  return output === undefined ? 'text' : 'json';
}

function schemaOf({ output }: ChatRequest): string {
  if (output === undefined) return 'none';
  if (output === 'json') return 'any';
  const title = asRecord(output)['title'];
  return typeof title === 'string' && title !== '' ? title : digest(output, 6);
}

function lengthOf(tokens: number): string {
  const bound = LENGTHS.find((thousands) => tokens < thousands * 1000);
  if (bound === undefined) return `from ${LENGTHS.at(-1) ?? 0}k tokens`;
  return `below ${bound}k tokens`;
}

/** Returns the number of characters of the texts of a request. */
const sizeOf = ({ messages, system = '' }: ChatRequest): number =>
  messages.reduce((sum, message) => sum + textOf(message).length, system.length);
