import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { evaluate, toJUnit, toMarkdown, toTable, type Evaluation } from '../src/index.ts';
import { echo, fakeModels, testFolder } from './support/fixture.ts';

const HOSTILE =
  '<script>alert(1)</script> @admin [x](http://evil.example) | cell ``` \u001B[31mred\u0007 \uD800 ]]> "q" &amp; 日本語\u202Eabc';

/** Evaluation in which every output and reason is the text, with a baseline. */
async function evaluationOf(text: string, cases = 3): Promise<Evaluation> {
  const { folder, majordomo } = fakeModels(() => text);
  const definition = echo(majordomo, {
    cases: Array.from({ length: cases }, (_, at) => ({
      id: `${text.slice(0, 90)} ${at}`,
      input: `question ${at}`,
    })),
    checks: { 'a | b': () => ({ score: 1, reason: text }) },
    gates: { clean: () => true },
  });
  await evaluate(definition, { folder, mode: 'record', accept: true });
  const worse = {
    ...definition,
    checks: { 'a | b': () => ({ score: 0, reason: text }) },
    gates: { clean: () => ({ score: 0, reason: text }) },
  };
  return evaluate(worse, { folder });
}

// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/;

describe('toTable', () => {
  test('stays within the columns, without control characters and color', async () => {
    const evaluation = await evaluationOf(HOSTILE);
    for (const columns of [60, 100]) {
      const table = toTable(evaluation, { columns });
      expect(table).not.toMatch(CONTROLS);
      expect(table).not.toContain('\uD800');
      // A wide character takes two columns.
      const widths = table.split('\n').map((line) => line.length + (line.match(/[日本語]/g) ?? []).length);
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    }
    expect(toTable(evaluation)).toMatch(/^demo: fail\n- gate clean failed in 3 samples/);
  });

  test('colors the verdicts on request', async () => {
    const evaluation = await evaluationOf('x');
    expect(toTable(evaluation, { color: true })).toContain('demo: \u001B[31mfail\u001B[39m');
  });
});

describe('toMarkdown', () => {
  test('has the marker in its first line, and outputs only in code', async () => {
    const markdown = toMarkdown(await evaluationOf(HOSTILE));
    expect(markdown.split('\n')[0]).toBe('<!-- majordomo-eval:demo -->');
    const fences = /^(`{3,})text\n[\s\S]*?\n\1$/gm;
    const spans = /(`+) .*? \1(?!`)/g;
    const [, ...rest] = markdown.replaceAll(fences, '').replaceAll(spans, '').split('\n');
    expect(rest.join('\n')).not.toMatch(/script|@|http|cell|alert/);
    expect(markdown).not.toMatch(CONTROLS);
    const columns = markdown.split('\n').filter((line) => line.startsWith('| ') && line.includes('%'));
    expect(columns.every((line) => line.split('|').length === 10)).toBe(true);
  });

  test('has at most 60,000 characters and the number of omitted samples', async () => {
    const markdown = toMarkdown(await evaluationOf(`${HOSTILE} ${'long '.repeat(300)}`, 60));
    expect(markdown.length).toBeLessThanOrEqual(60_000);
    expect(markdown.length).toBeGreaterThan(55_000);
    expect(markdown).toMatch(/\n\d+ failed samples omitted\n$/);
  });
});

describe('toJUnit', () => {
  /** Returns the test cases that the XML parser of Python reads. */
  function parse(xml: string): readonly (readonly [name: string, classname: string, result: string])[] {
    const program = [
      'import sys, json, xml.etree.ElementTree as tree',
      'root = tree.fromstring(sys.stdin.buffer.read())',
      "print(json.dumps([[c.get('name'), c.get('classname'), c[0].tag if len(c) else 'pass'] for c in root.iter('testcase')]))",
    ].join('\n');
    const { stdout, stderr } = spawnSync('python3', ['-c', program], { input: xml, encoding: 'utf8' });
    expect(stderr).toBe('');
    return JSON.parse(stdout) as [string, string, string][];
  }

  test('is well-formed for hostile strings, and its failures match the verdict', async () => {
    const evaluation = await evaluationOf(`${HOSTILE}\u0000\uFFFE`);
    expect(parse(toJUnit(evaluation))).toEqual([
      ['a | b', 'demo', evaluation.metrics[0]?.verdict === 'fail' ? 'failure' : 'skipped'],
      ['usd', 'demo', 'pass'],
      ['ms', 'demo', 'skipped'],
      ['gate clean', 'demo', 'failure'],
      ['completeness', 'demo', 'pass'],
    ]);
  });

  test('reports an incomplete run', async () => {
    const { majordomo } = fakeModels(() => 'x');
    const evaluation = await evaluate(echo(majordomo), { folder: testFolder() });
    const xml = toJUnit(evaluation);
    expect(parse(xml).at(-1)).toEqual(['completeness', 'demo', 'failure']);
    expect(xml).toContain('3 samples of 3 without a result');
    expect(xml).toContain("run with mode: 'record' or --record");
    const lines = toTable(evaluation, { columns: 60 }).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60);
    expect(lines.join(' ').replaceAll(/ +/g, ' ')).toMatch(
      /3 samples of 3 without a result; first error: [^.]*run with mode: 'record' or --record/,
    );
  });
});
