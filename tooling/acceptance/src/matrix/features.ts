import type { Scenario } from '@majordomo/conformance';
import { outcomesOf, type Subject } from './subjects.ts';
import { table } from './table.ts';

/** Features with the scenario that proves them for at least one model of a provider. */
const FEATURES: readonly (readonly [name: string, scenario: Scenario])[] = [
  ['text', 'text'],
  ['streaming', 'slow'],
  ['tools', 'tool-call'],
  ['parallel tools', 'parallel-tool-calls'],
  ['streamed arguments', 'streamed-arguments'],
  ['image input', 'image'],
  ['file input', 'file'],
  ['audio input', 'audio'],
  ['native schemas', 'structured-output'],
  ['reasoning', 'reasoning'],
  ['reasoning sent back', 'reasoning-replay'],
  ['cached and reasoning tokens', 'usage'],
  ['citations', 'citations'],
  ['vendor tools', 'vendor-parts'],
  ['Retry-After', 'retry-after'],
  ['abort closes the socket', 'abort-after-content'],
  ['embeddings', 'embedding'],
  ['transcription', 'transcription'],
  ['speech', 'speech'],
  ['rerank', 'rerank'],
  ['moderation', 'moderation'],
  ['classification', 'classification'],
];

/** Cells of cases that a provider passes in part, with the number of their note. */
const LESS: Readonly<Record<string, string>> = { 'Google, reasoning-replay': '²' };

/** Model of the video API of Google. */
const VIDEO_MODEL = 'veo-3.1-generate-preview';

/** Returns whether a provider has APIs for batches, jobs of chats, videos, and files that models read. */
async function apisOf({ variants: [first] }: Subject): Promise<readonly boolean[]> {
  const [, harness] = first ?? [];
  const provider = await harness?.open({
    baseURL: 'http://127.0.0.1:1',
    server: undefined,
    apiKey: 'any',
  });
  const model = harness?.model ?? '';
  const apis = [
    provider?.batch?.(model, 'chat'),
    provider?.background?.(model),
    provider?.videoModel?.(VIDEO_MODEL),
    provider?.files?.(model),
  ];
  return apis.map((api) => api !== undefined);
}

/** Returns the table of providers and features. */
export async function featureTable(providers: readonly Subject[]): Promise<string> {
  const all = providers.map(async (subject) => {
    const outcomes = outcomesOf(subject);
    const cells = FEATURES.map(([, scenario]) =>
      outcomes.some(({ of, isNone }) => of.scenario === scenario && !isNone)
        ? '✓'
        : (LESS[`${subject.name}, ${scenario}`] ?? '–'),
    );
    const apis = (await apisOf(subject)).map((has): string => (has ? '✓' : '–'));
    // The batches of Google have a note, because only one of its APIs has them.
    if (subject.name === 'Google') apis[0] = '✓ ³';
    const name = subject.name + (subject.recorded.length === 0 ? ' ¹' : '');
    return [name, ...cells, ...apis];
  });
  const rows = await Promise.all(all);
  const columns = rows.map(([name = '']) => name);
  const others = ['batches', 'background jobs ⁴', 'videos ⁵', 'files by reference'];
  const names = [...FEATURES.map(([name]) => name), ...others];
  const lines = names.map((name, at) => [name, ...rows.map((row) => row[at + 1] ?? '')]);
  return [
    table(['', ...columns], lines),
    '',
    '¹ Not compared with a recording of the real vendor yet. ² Gemini signs the call or the text after the reasoning, and that is sent back.',
    '³ On the Gemini API, for chats. Batches of Vertex and Bedrock need buckets and roles, so they are not supported. The profiles `azure` and `mistral` also have batches.',
    '⁴ Through the job API of the vendor, also with the profiles `azureResponses` and `xai`, and with the option `background` of the Gemini API. With other providers, a job is a live call.',
    '⁵ [Jobs](videos.md) at Veo on the Gemini API. The profiles `xai` and `openrouter` also have a video API.',
    '[Conformance](conformance.md) contains the reasons and all other cases.',
  ].join('\n');
}

const BEGIN = '<!-- features:begin -->';
const END = '<!-- features:end -->';

/** Returns the document with the table between its markers. */
export function withFeatures(document: string, features: string): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from === -1 || to < from) throw new Error(`the document has no ${BEGIN} … ${END}`);
  return `${document.slice(0, from + BEGIN.length)}\n\n${features}\n\n${document.slice(to)}`;
}
