import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { bare, child, keyName, parentOf, type Node } from '../ast/node.ts';
import { isExported } from './client.ts';
import { rangeOf } from './edit.ts';

/**
 * Variable that contains a response's JSON, and the ranges to replace. In
 *
 *     const response = await fetch(…);
 *     if (!response.ok) throw new Error();
 *     const json = await response.json();
 *
 * `declarator` is that of `json`, `range` is `response = await fetch(…)`, `before` is `json = `, and the other statements are deleted.
 */
export interface JsonVariable {
  /** Declarator of the variable, whose uses are rewritten as uses of the response. */
  readonly declarator: ESTree.VariableDeclarator;
  /** Range to replace with `before` and the rewritten call. */
  readonly range: readonly [number, number];
  readonly before: string;
  /** Ranges of the statements to delete: status checks, and the statement that reads the JSON. */
  readonly deletions: readonly (readonly [number, number])[];
}

/**
 * Finds the variable in `const json = await (await fetch(…)).json()`, or in two statements with checks of `response.ok` between
 * them. Returns undefined if the response has other uses.
 */
export function findJsonVariable(call: ESTree.CallExpression, code: SourceCode): JsonVariable | undefined {
  const awaited = parentOf(call);
  if (awaited?.type !== 'AwaitExpression') return undefined;
  const read = awaitedJson(awaited);
  if (read !== undefined) return inOneStatement(read);
  const response = parentOf(awaited);
  return response?.type === 'VariableDeclarator' ? inTwoStatements(response, awaited, code) : undefined;
}

function inOneStatement(read: Node): JsonVariable | undefined {
  const declarator = declaratorOf(read);
  return declarator && { declarator, range: rangeOf(declarator.init ?? read), before: '', deletions: [] };
}

function inTwoStatements(
  response: ESTree.VariableDeclarator,
  awaited: Node,
  code: SourceCode,
): JsonVariable | undefined {
  if (response.id.type !== 'Identifier' || isExported(response)) return undefined;
  const block = blockOf(response);
  const [variable] = code.getDeclaredVariables(response);
  const declarators: ESTree.VariableDeclarator[] = [];
  const checks = new Set<Node>();
  for (const { identifier, init: isDeclaration } of variable?.references ?? []) {
    if (isDeclaration === true) continue;
    const read = awaitedJson(identifier);
    const holder = read && declaratorOf(read);
    const check = holder === undefined ? enclosingStatusCheck(identifier, block) : undefined;
    if (holder !== undefined) declarators.push(holder);
    else if (check !== undefined) checks.add(check);
    else return undefined;
  }
  const [declarator] = declarators;
  if (declarator === undefined || declarators.length > 1) return undefined;
  if (block === undefined || blockOf(declarator) !== block) return undefined;
  const statement = parentOf(declarator);
  if (statement === undefined || declarator.id.type !== 'Identifier') return undefined;
  return {
    declarator,
    range: [rangeOf(response.id)[0], rangeOf(awaited)[1]],
    before: `${declarator.id.name} = `,
    deletions: [...checks, statement].map((node) => lineRange(node, code)),
  };
}

/** Returns the parent expression `await x.json()` of `x`. */
function awaitedJson(response: Node): Node | undefined {
  const member = parentOf(response);
  if (member?.type !== 'MemberExpression' || member.object !== response) return undefined;
  const call = parentOf(member);
  if (keyName(member.property, member.computed) !== 'json' || call?.type !== 'CallExpression')
    return undefined;
  const awaited = parentOf(call);
  return call.callee === member && awaited?.type === 'AwaitExpression' ? awaited : undefined;
}

/** Returns the declarator that stores the value of `read`, if it is alone in its statement and has no type annotation. */
function declaratorOf(read: Node): ESTree.VariableDeclarator | undefined {
  let at = parentOf(read);
  while (at?.type === 'TSAsExpression' || at?.type === 'TSSatisfiesExpression') at = parentOf(at);
  if (at?.type !== 'VariableDeclarator' || at.init === null || at.init === undefined) return undefined;
  if (bare(at.init) !== read || child(at.id, 'typeAnnotation') !== undefined) return undefined;
  const statement = parentOf(at);
  return statement?.type === 'VariableDeclaration' && statement.declarations.length === 1 ? at : undefined;
}

const blockOf = (declarator: Node): Node | undefined => {
  const statement = parentOf(declarator);
  return statement && parentOf(statement);
};

/** Returns the `if (!response.ok) throw …` around a node. The rewrite removes it, because a failed call throws. */
function enclosingStatusCheck(identifier: Node, block: Node | undefined): ESTree.IfStatement | undefined {
  let at: Node | undefined = identifier;
  while (at !== undefined && parentOf(at) !== block) at = parentOf(at);
  if (at?.type !== 'IfStatement' || (at.alternate ?? undefined) !== undefined || !isNotOk(at.test))
    return undefined;
  const { consequent } = at;
  const [only, ...more] = consequent.type === 'BlockStatement' ? consequent.body : [consequent];
  return only?.type === 'ThrowStatement' && more.length === 0 ? at : undefined;
}

function isNotOk(test: Node): boolean {
  if (test.type !== 'UnaryExpression' || test.operator !== '!') return false;
  const { argument } = test;
  return argument.type === 'MemberExpression' && keyName(argument.property, argument.computed) === 'ok';
}

/** Returns the range of a statement with its indentation and the end of its line. */
function lineRange(node: Node, { text }: SourceCode): readonly [number, number] {
  const [start, end] = rangeOf(node);
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const isAlone = text.slice(line, start).trim() === '';
  const after = /^[ \t]*\r?\n?/.exec(text.slice(end))?.[0].length ?? 0;
  return [isAlone ? line : start, end + after];
}
