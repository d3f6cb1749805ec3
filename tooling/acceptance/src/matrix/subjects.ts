import type { Harness } from '@majordomo/conformance';
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
  /** Test file that runs the variants. */
  readonly file: string;
  readonly variants: readonly Variant[];
  /** Folders of recordings of this API; empty if the provider was not verified with recordings. */
  readonly recorded: readonly string[];
}

const isOwn = ([title]: Variant): boolean => title.startsWith('openai/');
const CHAT_FILE = 'packages/providers/provider-openai/test/conformance.slow.test.ts';
const RESPONSES_FILE = 'packages/providers/provider-openai/test/responses-conformance.slow.test.ts';
const overResponses: readonly Variant[] = responses.map(([name, harness]) => [
  `${name} over Responses`,
  harness,
]);

const subject = (
  name: string,
  folder: string,
  variants: readonly Variant[],
  recorded: readonly string[],
): Subject => ({
  name,
  file: `packages/providers/provider-${folder}/test/conformance.slow.test.ts`,
  variants,
  recorded,
});

/** The providers, in the order of the README. */
export const PROVIDERS: readonly Subject[] = [
  {
    name: 'OpenAI, Responses',
    file: RESPONSES_FILE,
    variants: overResponses.filter(isOwn),
    recorded: ['openai'],
  },
  { name: 'OpenAI, Chat', file: CHAT_FILE, variants: chat.filter(isOwn), recorded: ['openai'] },
  subject('Anthropic', 'anthropic', anthropic, ['anthropic']),
  subject('Google', 'google', google, ['gemini', 'vertex']),
  subject('Bedrock', 'bedrock', bedrock, ['bedrock']),
  subject('Ollama', 'ollama', ollama, ['ollama']),
  subject('Groq', 'groq', groq, ['groq']),
  subject('Cerebras', 'cerebras', cerebras, ['cerebras']),
  subject('Workers AI', 'cloudflare', cloudflare, []),
  subject('llama-swap', 'llama-swap', llamaSwap, []),
  subject('CLIs', 'cli', cli, []),
];

const profiles = (file: string, variants: readonly Variant[]): readonly Subject[] =>
  variants
    .filter((variant) => !isOwn(variant))
    .map(([title, harness]) => ({ name: title, file, variants: [[title, harness]], recorded: [] }));

/** Profiles with separate cases. */
export const PROFILES: readonly Subject[] = [
  ...profiles(CHAT_FILE, chat),
  ...profiles(RESPONSES_FILE, overResponses),
];
