import type { Scenario } from '@majordomo/conformance';
import { outcomesOf } from './outcomes.ts';
import type { Subject } from './subjects.ts';
import { table } from './table.ts';

/** A feature is shown by one case of the suite, in at least one model of the provider. */
const FEATURES: readonly (readonly [name: string, scenario: Scenario])[] = [
  ['text', 'text'],
  ['streaming', 'slow'],
  ['tools', 'tool-call'],
  ['parallel tools', 'parallel-tool-calls'],
  ['arguments as they come', 'streamed-arguments'],
  ['images in', 'image'],
  ['files in', 'file'],
  ['audio in', 'audio'],
  ['native schemas', 'structured-output'],
  ['reasoning', 'reasoning'],
  ['thoughts sent back', 'reasoning-replay'],
  ['cache and reasoning counted', 'usage'],
  ['citations', 'citations'],
  ['vendor tools', 'vendor-parts'],
  ['Retry-After', 'retry-after'],
  ['abort closes the socket', 'abort-after-content'],
  ['embeddings', 'embedding'],
  ['transcription', 'transcription'],
  ['speech', 'speech'],
];

/** What is less than the case asks for, and more than nothing. */
const LESS: Readonly<Record<string, string>> = { 'Google, reasoning-replay': '²' };

/** The README's table: providers by features. */
export function featureTable(providers: readonly Subject[]): string {
  const rows = providers.map((subject) => {
    const outcomes = outcomesOf(subject);
    const cells = FEATURES.map(([, scenario]) =>
      outcomes.some(({ of, isNone }) => of.scenario === scenario && !isNone)
        ? '✓'
        : (LESS[`${subject.name}, ${scenario}`] ?? '–'),
    );
    return [subject.name + (subject.recorded.length === 0 ? ' ¹' : ''), ...cells];
  });
  const columns = rows.map(([name = '']) => name);
  const lines = FEATURES.map(([name], at) => [name, ...rows.map((row) => row[at + 1] ?? '')]);
  return [
    table(['', ...columns], lines),
    '',
    '¹ no recording of the real vendor backs it yet. ² Gemini signs the call or the text after a thought: that goes back.',
    'Reasons and every other case: [conformance](apps/docs/conformance.md).',
  ].join('\n');
}

const BEGIN = '<!-- features:begin -->';
const END = '<!-- features:end -->';

/** The README with the table in its place. */
export function withFeatures(readme: string, features: string): string {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from === -1 || to < from) throw new Error(`README.md has no ${BEGIN} … ${END}`);
  return `${readme.slice(0, from + BEGIN.length)}\n\n${features}\n\n${readme.slice(to)}`;
}
