import type * as ESTree from 'estree';
import { bare, keyName, parentOf, type Node } from '../ast/node.ts';
import type { RawForm } from './dialects.ts';
import { around, type Edit } from './edit.ts';

/**
 * The edit that turns one use of an answer into a use of a `ChatResponse`: `x.choices[0]?.message.content ?? ''`
 * → `x.text`. Undefined for a use that is not known; `[]` for one that goes away with another.
 */
export function rewriteUse(answer: Node, call: RawForm): readonly Edit[] | undefined {
  const text = climb(answer, call.text);
  if (text !== undefined) return replaceAround(whole(text, call), answer, '.text');
  for (const { from, to } of call.numbers) {
    const number = climb(answer, from);
    if (number !== undefined) return replaceAround(number, answer, `.${to}`);
  }
  return isTypeTest(answer, call) ? [] : undefined;
}

/** Of the whole expression only the answer is left, with `after` behind it. */
function replaceAround(replaced: Node, answer: Node, after: string): readonly Edit[] {
  return answer.type === 'AwaitExpression'
    ? around(replaced, answer, '(', `)${after}`)
    : around(replaced, answer, '', after);
}

/** From `x` up to `x.a[0]?.b!.c`; undefined where the code takes another path. */
function climb(from: Node, path: readonly string[]): Node | undefined {
  let at = from;
  for (const name of path) {
    const member = memberAbove(at);
    if (member === undefined || stepName(member) !== name) return undefined;
    at = member;
  }
  return outermost(at);
}

function memberAbove(node: Node): ESTree.MemberExpression | undefined {
  const parent = parentOf(outermost(node));
  return parent?.type === 'MemberExpression' && bare(parent.object) === bare(node) ? parent : undefined;
}

function stepName(member: ESTree.MemberExpression): string | undefined {
  const { property } = member;
  if (member.computed && property.type === 'Literal' && typeof property.value === 'number')
    return String(property.value);
  return keyName(property, member.computed);
}

/** With the wrappers around it: `(…)!`, and the `ChainExpression` of `?.`. */
function outermost(node: Node): Node {
  const parent = parentOf(node);
  if (parent?.type === 'TSNonNullExpression' || parent?.type === 'ChainExpression') return outermost(parent);
  return node;
}

/** `… ?? ''`, `… || ''` and `block.type === 'text' ? … : ''` are nothing else than the text. */
function whole(text: Node, call: RawForm): Node {
  const parent = parentOf(text);
  if (parent?.type === 'LogicalExpression' && parent.operator !== '&&' && parent.left === text)
    return isEmptyText(parent.right) ? parent : text;
  if (parent?.type === 'ConditionalExpression' && parent.consequent === text && isEmptyText(parent.alternate))
    return testsType(parent.test, call) ? parent : text;
  return text;
}

function isEmptyText(node: Node): boolean {
  return node.type === 'Literal' && (node.value === '' || node.value === null);
}

/** `x.content[0]?.type === 'text'` */
function testsType(test: Node, call: RawForm): boolean {
  if (test.type !== 'BinaryExpression' || !test.operator.startsWith('==')) return false;
  if (test.right.type !== 'Literal' || test.right.value !== 'text') return false;
  const left = bare(test.left);
  return left.type === 'MemberExpression' && stepName(left) === 'type' && call.text.at(-1) === 'text';
}

/** A use in the test of a condition whose text is replaced. */
function isTypeTest(answer: Node, call: RawForm): boolean {
  const type = climb(answer, [...call.text.slice(0, -1), 'type']);
  const test = type && parentOf(type);
  const condition = test && parentOf(test);
  if (condition?.type !== 'ConditionalExpression' || condition.test !== test || !testsType(test, call))
    return false;
  const text = bare(condition.consequent);
  return (
    isEmptyText(condition.alternate) &&
    text.type === 'MemberExpression' &&
    stepName(text) === call.text.at(-1)
  );
}
