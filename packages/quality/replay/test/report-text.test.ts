import { describe, expect, it } from 'vitest';
import { toReplayMarkdown } from '../src/report/markdown.ts';
import { reportOf } from '../src/report/report-of.ts';
import type { ReplayReport } from '../src/report/report.ts';
import type { ScoredUnit } from '../src/report/results.ts';
import { toReplayText } from '../src/report/text.ts';
import { AT, caseOf, reportCase } from './report-cases.ts';
import { HOSTILE, hostileUnits } from './report-hostile.ts';
import { resultsOf } from './report-traffic.ts';

const incomplete = (): ReplayReport => {
  const open = (unit: ScoredUnit, at: number): ScoredUnit =>
    at % 4 === 0 ? { ...unit, candidate: undefined } : unit;
  return reportOf({ ...caseOf('better'), units: caseOf('better').units.map(open) }, AT);
};
const hostile = (): ReplayReport =>
  reportOf(resultsOf(hostileUnits(), { name: HOSTILE, judges: [HOSTILE], warnings: [HOSTILE] }), AT);

// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\uD800-\uDFFF]/;

describe('toReplayText', () => {
  it.each(['better', 'worse', 'undecided', 'mixed'] as const)('renders the case `%s`', (name) => {
    expect(toReplayText(reportCase(name))).toMatchSnapshot();
  });

  it('states how to finish an incomplete experiment', () => {
    const text = toReplayText(incomplete());
    expect(text).toMatch(/: incomplete\n.*\nNot finished: 250 of 1,000 calls have no result yet\n/);
    expect(text).toContain('- Run the experiment again. It continues, and sends no answered call again.');
  });

  it.each([40, 60, 120])('stays within %i columns, without control characters', (columns) => {
    for (const report of [reportCase('worse'), hostile()]) {
      const text = toReplayText(report, { columns });
      expect(text).not.toMatch(CONTROLS);
      const widths = text.split('\n').map((line) => line.length + (line.match(/[日本語]/g) ?? []).length);
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    }
  });

  it('never separates a number from its unit', () => {
    const report = reportCase('undecided');
    for (let columns = 40; columns < 120; columns++)
      expect(toReplayText(report, { columns })).not.toMatch(/\n\s*(%|±|ms)/);
  });

  it('colors the verdict on request', () => {
    expect(toReplayText(reportCase('worse'), { color: true })).toContain(
      '\u001B[1;31mfast-to-worse: fail\u001B',
    );
    expect(toReplayText(reportCase('worse'))).not.toContain('\u001B');
  });
});

it('ten kinds that got worse are listed, and the number of the others', () => {
  const kind = hostile().kinds.find(({ isWorse }) => isWorse);
  const kinds = Array.from({ length: 40 }, (_, at) =>
    kind === undefined ? [] : { ...kind, kind: `k${at}` },
  ).flat();
  const report = { ...hostile(), kinds };
  for (const text of [toReplayText(report), toReplayMarkdown(report)]) {
    expect(text.match(/- Worse: .*k\d+/g)).toHaveLength(10);
    expect(text).toContain('- Worse: 30 more\n');
    expect(text).toContain('and 15 more');
  }
});

describe('toReplayMarkdown', () => {
  it('renders the case `worse`', () => {
    expect(toReplayMarkdown(reportCase('worse'))).toMatchSnapshot();
  });

  it('has the marker in its first line, and names of calls only in code', () => {
    const markdown = toReplayMarkdown(hostile());
    expect(markdown).toMatch(/^<!-- majordomo-replay:[\w.-]+ -->\n/);
    expect(markdown).not.toMatch(CONTROLS);
    expect(markdown).toContain('alert');
    const [, ...rest] = markdown.replaceAll(/(`+) .*? \1(?!`)/g, '').split('\n');
    expect(rest.join('\n')).not.toMatch(/script|@|http|cell|alert/);
    const heads = markdown.split('\n').filter((line) => line.startsWith('| kind'));
    expect(heads).toHaveLength(1);
    const rows = markdown.split('\n').filter((line) => line.startsWith('| `') && line.includes('%'));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.split('|')).toHaveLength(8);
  });

  it('has at most 60,000 characters and the number of omitted sections', () => {
    const report = hostile();
    const warnings = Array.from({ length: 20 }, (_, at) => `${at} ${'x'.repeat(290)}`);
    const divergences = Array.from({ length: 25 }, (_, at) => ({
      ...report.divergences[0]!,
      tool: `${at}${'y'.repeat(300)}`,
      examples: ['z'.repeat(300)],
    }));
    const kinds = Array.from({ length: 25 }, (_, at) => ({
      ...report.kinds.find(({ isWorse }) => isWorse)!,
      kind: `${at}${'k'.repeat(290)}`,
      differences: Object.fromEntries(Array.from({ length: 9 }, (_one, n) => [`${n}${'d'.repeat(290)}`, n])),
      examples: ['e'.repeat(300)],
    }));
    const markdown = toReplayMarkdown({ ...report, warnings, divergences, kinds });
    expect(markdown.length).toBeLessThanOrEqual(60_000);
    expect(markdown.length).toBeGreaterThan(40_000);
    expect(markdown).toMatch(/\n\d+ sections omitted\n$/);
  });
});
