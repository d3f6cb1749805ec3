import { casesFor, conformance, type Case, type Harness } from '@majordomo/conformance';
import { harnesses as anthropic } from '../../../../packages/providers/provider-anthropic/test/harnesses.ts';
import { harnesses as bedrock } from '../../../../packages/providers/provider-bedrock/test/harnesses.ts';
import { harnesses as cerebras } from '../../../../packages/providers/provider-cerebras/test/harnesses.ts';
import { harnesses as cli } from '../../../../packages/providers/provider-cli/test/harnesses.ts';
import { harnesses as cloudflare } from '../../../../packages/providers/provider-cloudflare/test/harnesses.ts';
import { harnesses as google } from '../../../../packages/providers/provider-google/test/harnesses.ts';
import { harnesses as groq } from '../../../../packages/providers/provider-groq/test/harnesses.ts';
import { harnesses as llamaSwap } from '../../../../packages/providers/provider-llama-swap/test/harnesses.ts';
import { harnesses as ollama } from '../../../../packages/providers/provider-ollama/test/harnesses.ts';
import { harnesses as chat } from '../../../../packages/providers/provider-openai/test/chat-harnesses.ts';
import { harnesses as responses } from '../../../../packages/providers/provider-openai/test/responses-harnesses.ts';

/** Model or transport, with its name in the report. */
export type Variant = readonly [title: string, harness: Harness];

/** Heading of the column in the matrix, or of the row in the table of profiles. */
export interface Subject {
  readonly name: string;
  readonly variants: readonly Variant[];
  /** Folders of recordings of this API; empty if the provider was not verified with recordings. */
  readonly recorded: readonly string[];
}

const isOwn = ([title]: Variant): boolean => title.startsWith('openai/');
const overResponses: readonly Variant[] = responses.map(([name, harness]) => [
  `${name} over Responses`,
  harness,
]);

/** The providers, in the order of the README. */
export const PROVIDERS: readonly Subject[] = [
  { name: 'OpenAI, Responses', variants: overResponses.filter(isOwn), recorded: ['openai'] },
  { name: 'OpenAI, Chat', variants: chat.filter(isOwn), recorded: ['openai'] },
  { name: 'Anthropic', variants: anthropic, recorded: ['anthropic'] },
  { name: 'Google', variants: google, recorded: ['gemini', 'vertex'] },
  { name: 'Bedrock', variants: bedrock, recorded: ['bedrock'] },
  { name: 'Ollama', variants: ollama, recorded: ['ollama'] },
  { name: 'Groq', variants: groq, recorded: ['groq'] },
  { name: 'Cerebras', variants: cerebras, recorded: ['cerebras'] },
  { name: 'Workers AI', variants: cloudflare, recorded: [] },
  { name: 'llama-swap', variants: llamaSwap, recorded: [] },
  { name: 'CLIs', variants: cli, recorded: [] },
];

/** Profiles with separate cases. */
export const PROFILES: readonly Subject[] = [...chat, ...overResponses]
  .filter((variant) => !isOwn(variant))
  .map((variant) => ({ name: variant[0], variants: [variant], recorded: [] }));

/** Outcome of a case for a subject. Contains the unsupported variants, each with its reason. */
export interface Outcome {
  readonly of: Case;
  readonly cannot: readonly (readonly [title: string, reason: string])[];
  readonly isNone: boolean;
}

/** Returns the outcomes of all cases for a subject. */
export function outcomesOf({ variants }: Subject): readonly Outcome[] {
  const runs = variants.map(([title, harness]) => [title, casesFor(harness)] as const);
  return conformance.map((of, at) => {
    const cannot = runs.flatMap(([title, cases]) => {
      const run = cases[at]?.[1];
      return typeof run === 'string' ? [[title, run] as const] : [];
    });
    return { of, cannot, isNone: cannot.length === variants.length };
  });
}
