import { Linter, type Rule } from 'eslint';
import { describe, expect, it } from 'vitest';
import { startAnalysis } from './analysis.ts';
import { UNKNOWN_MARK, stringsOf } from './strings.ts';

/** Returns the strings of the argument of `show(…)`, with unknown parts as `<name>`. */
function shown(code: string): readonly string[] {
  const texts: string[] = [];
  const rule: Rule.RuleModule = {
    create: ({ sourceCode }) => ({
      CallExpression({ callee, arguments: [argument] }) {
        if (callee.type === 'Identifier' && callee.name === 'show' && argument !== undefined)
          texts.push(...stringsOf(argument, startAnalysis(sourceCode)));
      },
    }),
  };
  const config = [{ plugins: { test: { rules: { rule } } }, rules: { 'test/rule': 'error' } }] as const;
  expect(new Linter().verify(code, [...config])).toEqual([]);
  return texts.map((text) =>
    text.replaceAll(new RegExp(`${UNKNOWN_MARK}([^${UNKNOWN_MARK}]*)${UNKNOWN_MARK}`, 'g'), '<$1>'),
  );
}

describe('the strings of an expression', () => {
  it.each([
    ["show('a')", ['a']],
    ['show(1 + 2)', ['12']],
    ["show('a' + b + 'c')", ['a<b>c']],
    ['show(`a${b.c}d`)', ['a<b_c>d']],
    ["const b = 'x'; show(`a${b}c`)", ['axc']],
    ["const o = { p: { q: 'x' } }; show(o.p.q)", ['x']],
    ["const o = { 'p-q': 'x' }; show(o['p-q'])", ['x']],
    ["const { p: { q } } = { p: { q: 'x' } }; show(q)", ['x']],
    ['const [a] = list; show(a)', ['<a>']],
    ["let a = 'x'; a = 'y'; show(a)", ['x', 'y']],
    ["show(a ?? 'x')", ['<a>', 'x']],
    ["show(c ? 'x' : 'y')", ['x', 'y']],
    ["const f = (p) => `a${p}`; show(f('x'))", ['a<p>']],
    ["function f() { return 'x'; } show(f())", ['x']],
    ["show(['a', 'b'].join('/'))", ['a/b']],
    ["show('a'.concat('b', c))", ['ab<c>']],
    ["show(String('a').trim().toLowerCase())", ['a']],
    ["show(new URL('/b', 'https://a'))", ['https://a//b']],
    ["show(new URL('https://b/c', base))", ['https://b/c']],
    ["show(new URL('https://a').href)", ['https://a']],
    ['show(process.env.A_URL)', ['<process_env_A_URL>']],
    ['show(null)', ['<>']],
    ['const a = b; const b = a; show(a)', ['<>']],
    ["show((0, 'x'))", ['x']],
  ])('%s', (code, texts) => {
    expect(shown(code)).toEqual(texts);
  });

  it('are limited if each part has many', () => {
    const half = "(a ? 'x' : b ? 'y' : 'z')";
    expect(shown(`show(${[half, half, half, half].join(' + ')})`).length).toBeLessThanOrEqual(8);
  });
});
