import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { bare, child, keyName, parentOf, type Node } from '../ast/node.ts';
import { isExported } from './client.ts';
import type { RawFormat } from './dialects.ts';
import { replaceAround, type Edit } from './edit.ts';

/** Rewrites the uses of a response. The code uses the awaited call directly, or stores the response in a variable. */
export function rewriteAwaitedResponse(
  awaited: Node | undefined,
  form: RawFormat,
  code: SourceCode,
): readonly Edit[] | undefined {
  if (awaited?.type !== 'AwaitExpression') return undefined;
  const parent = parentOf(awaited);
  if (parent?.type === 'ExpressionStatement') return [];
  if (parent?.type !== 'VariableDeclarator') return rewriteResponseUse(awaited, form);
  return rewriteVariableUses(parent, form, code);
}

/** Rewrites every use of the variable in `const response = await …`. */
export function rewriteVariableUses(
  declarator: ESTree.VariableDeclarator,
  form: RawFormat,
  code: SourceCode,
): readonly Edit[] | undefined {
  if (declarator.id.type !== 'Identifier' || isExported(declarator)) return undefined;
  if (child(declarator.id, 'typeAnnotation') !== undefined) return undefined;
  const [variable] = code.getDeclaredVariables(declarator);
  const edits: Edit[] = [];
  for (const { identifier, init } of variable?.references ?? []) {
    if (init === true) continue;
    const edited = rewriteResponseUse(identifier, form);
    if (edited === undefined) return undefined;
    edits.push(...edited);
  }
  return edits;
}

/**
 * Returns the edits that replace one use of a raw response with a use of a `ChatResponse`: `x.choices[0]?.message.content ?? ''`
 * → `x.text`. Returns undefined for an unknown use, and an empty list for a use that another edit removes.
 */
function rewriteResponseUse(response: Node, call: RawFormat): readonly Edit[] | undefined {
  const text = followPath(response, call.text);
  if (text !== undefined) return replaceWithResponse(withFallback(text, call), response, '.text');
  for (const { from, to } of call.numbers) {
    const number = followPath(response, from);
    if (number !== undefined) return replaceWithResponse(number, response, `.${to}`);
  }
  return isTypeTest(response, call) ? [] : undefined;
}

/** Replaces `replaced` with the code of the response, followed by `after`. */
function replaceWithResponse(replaced: Node, response: Node, after: string): readonly Edit[] {
  return response.type === 'AwaitExpression'
    ? replaceAround(replaced, response, '(', `)${after}`)
    : replaceAround(replaced, response, '', after);
}

/** Returns the parent expression of `x` at a path, such as `x.a[0]?.b!.c`. Returns undefined if the code has a different path. */
function followPath(from: Node, path: readonly string[]): Node | undefined {
  let at = from;
  for (const name of path) {
    const member = parentMember(at);
    if (member === undefined || stepName(member) !== name) return undefined;
    at = member;
  }
  return withWrappers(at);
}

function parentMember(node: Node): ESTree.MemberExpression | undefined {
  const parent = parentOf(withWrappers(node));
  return parent?.type === 'MemberExpression' && bare(parent.object) === bare(node) ? parent : undefined;
}

function stepName(member: ESTree.MemberExpression): string | undefined {
  const { property } = member;
  if (member.computed && property.type === 'Literal' && typeof property.value === 'number')
    return String(property.value);
  return keyName(property, member.computed);
}

/** Returns the node with its wrappers: `(…)!`, and the `ChainExpression` of `?.`. */
function withWrappers(node: Node): Node {
  const parent = parentOf(node);
  if (parent?.type === 'TSNonNullExpression' || parent?.type === 'ChainExpression')
    return withWrappers(parent);
  return node;
}

/** Returns the text with a fallback that `x.text` makes unnecessary: `… ?? ''`, `… || ''`, `block.type === 'text' ? … : ''`. */
function withFallback(text: Node, call: RawFormat): Node {
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

/** Whether the test is `x.content[0]?.type === 'text'`. */
function testsType(test: Node, call: RawFormat): boolean {
  if (test.type !== 'BinaryExpression' || !test.operator.startsWith('==')) return false;
  if (test.right.type !== 'Literal' || test.right.value !== 'text') return false;
  const left = bare(test.left);
  return left.type === 'MemberExpression' && stepName(left) === 'type' && call.text.at(-1) === 'text';
}

/** Whether the use is in the test of a conditional expression that another edit replaces with `x.text`. */
function isTypeTest(response: Node, call: RawFormat): boolean {
  const type = followPath(response, [...call.text.slice(0, -1), 'type']);
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
