import type { Block, Line, Section, Text } from './block.ts';
import { decisionOf } from './decision.ts';
import { counted, integer, percent, percentRange } from './figures.ts';
import type { ReplayKind, ReplayReport } from './report.ts';
import { factsOf, tablesOf } from './tables.ts';

/** Report as it is shown in a terminal, in a pull request and in a browser. */
interface Page extends Pick<ReplayReport, 'name' | 'at' | 'verdict' | 'summary'> {
  /** Names of the compared models. */
  readonly models: string;
  /** Recommendation. */
  readonly title: string;
  /** Whether kinds got worse although every rule is met. */
  readonly needsCare: boolean;
  /** Reasons of the recommendation, and the next steps. */
  readonly decision: readonly Section[];
  /** All other sections, the most important first. */
  readonly sections: readonly Section[];
}

/** Largest numbers of items that are shown. */
const MAX_KINDS = 10;
const MAX_WARNINGS = 20;
const MAX_DIFFERENCES = 6;

export function pageOf(report: ReplayReport): Page {
  const { name, at, verdict, summary, warnings } = report;
  const { title, models, reasons, next } = decisionOf(report);
  const worse = report.kinds.filter(({ isWorse }) => isWorse);
  const kinds = worse.map(({ kind, quality, share }): Line => [
    'Worse: ',
    { name: kind },
    `: ${percent(quality.value)} as good, ${percent(share)} of the traffic`,
  ]);
  const named = warnings.map((warning): Line => [{ name: warning }]);
  return {
    name,
    at,
    verdict,
    summary,
    models,
    title,
    needsCare: verdict === 'pass' && worse.length > 0,
    decision: [
      section('Why', list([...reasons.map((reason) => [reason]), ...limited(kinds, MAX_KINDS, 'Worse: ')])),
      section('Next', list(next)),
    ],
    sections: [
      ...(warnings.length === 0 ? [] : [section('Warnings', list(limited(named, MAX_WARNINGS, 'and ')))]),
      ...worse.slice(0, MAX_KINDS).map(worseSection),
      ...tablesOf(report),
      section('Experiment', list(factsOf(report).map((fact) => [fact]))),
    ],
  };
}

const section = (title: string, ...blocks: readonly Block[]): Section => ({ title: [title], blocks });
const list = (items: readonly Line[]): Block => ({ type: 'list', items });

/** Returns the first items, and a line with the number of the others. */
const limited = (items: readonly Line[], most: number, before: string): readonly Line[] =>
  items.length <= most ? items : [...items.slice(0, most), [`${before}${integer(items.length - most)} more`]];

function worseSection({ kind, quality, share, p, differences, examples }: ReplayKind): Section {
  const named = Object.entries(differences).map(([difference, calls]): Text => ({
    name: `${difference}: ${integer(calls)}`,
  }));
  const figures = `${percent(quality.value)} as good (${percentRange(quality, 'to')}), ${percent(share)} of the traffic, ${counted(quality.n, 'call')}, probability by chance ${probability(p)}`;
  return {
    title: ['Worse: ', { name: kind }],
    blocks: [
      list([
        [figures],
        ...limited(
          named.map((name) => [name]),
          MAX_DIFFERENCES,
          'and ',
        ),
      ]),
      { type: 'examples', ids: examples },
    ],
  };
}

/** Formats a probability, such as `0.03` or `below 0.001`. */
const probability = (p: number): string => (p < 0.001 ? 'below 0.001' : p.toFixed(p < 0.01 ? 3 : 2));
