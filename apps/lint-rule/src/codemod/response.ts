import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { bare, child, keyName, parentOf, type Node } from '../ast/node.ts';
import { isExported } from './client.ts';
import { rangeOf } from './edit.ts';

/** The JSON of a response, and how the statement that sent the request becomes the one that holds the answer. */
export interface HeldJson {
  /** Whose uses are those of the answer. */
  readonly holder: ESTree.VariableDeclarator;
  /** What the rewritten call, with `before` in front of it, takes the place of. */
  readonly range: readonly [number, number];
  readonly before: string;
  /** Statements that go: checks of the status, and the one that read the JSON. */
  readonly removed: readonly (readonly [number, number])[];
}

/**
 * `const json = await (await fetch(…)).json()`, or the same in two statements with checks of `response.ok` between them.
 * Undefined for a response of which anything else is used.
 */
export function jsonOf(call: ESTree.CallExpression, code: SourceCode): HeldJson | undefined {
  const awaited = parentOf(call);
  if (awaited?.type !== 'AwaitExpression') return undefined;
  const read = readAsJson(awaited);
  if (read !== undefined) return inOneStatement(read);
  const response = parentOf(awaited);
  return response?.type === 'VariableDeclarator' ? inTwoStatements(response, awaited, code) : undefined;
}

function inOneStatement(read: Node): HeldJson | undefined {
  const holder = holderOf(read);
  return holder && { holder, range: rangeOf(holder.init ?? read), before: '', removed: [] };
}

function inTwoStatements(
  response: ESTree.VariableDeclarator,
  awaited: Node,
  code: SourceCode,
): HeldJson | undefined {
  if (response.id.type !== 'Identifier' || isExported(response)) return undefined;
  const block = blockOf(response);
  const [variable] = code.getDeclaredVariables(response);
  const holders: ESTree.VariableDeclarator[] = [];
  const checks = new Set<Node>();
  for (const { identifier, init } of variable?.references ?? []) {
    if (init === true) continue;
    const read = readAsJson(identifier);
    const holder = read && holderOf(read);
    const check = holder === undefined ? checkAround(identifier, block) : undefined;
    if (holder !== undefined) holders.push(holder);
    else if (check !== undefined) checks.add(check);
    else return undefined;
  }
  const [holder, ...more] = holders;
  if (holder === undefined || more.length > 0 || blockOf(holder) !== block || block === undefined)
    return undefined;
  const statement = parentOf(holder);
  if (statement === undefined || holder.id.type !== 'Identifier') return undefined;
  return {
    holder,
    range: [rangeOf(response.id)[0], rangeOf(awaited)[1]],
    before: `${holder.id.name} = `,
    removed: [...checks, statement].map((gone) => wholeLine(gone, code)),
  };
}

/** `x` → `await x.json()`, with whatever TypeScript says around it. */
function readAsJson(response: Node): Node | undefined {
  const member = parentOf(response);
  if (member?.type !== 'MemberExpression' || member.object !== response) return undefined;
  const call = parentOf(member);
  if (keyName(member.property, member.computed) !== 'json' || call?.type !== 'CallExpression')
    return undefined;
  const awaited = parentOf(call);
  return call.callee === member && awaited?.type === 'AwaitExpression' ? awaited : undefined;
}

/** The constant that it is put into, alone in its statement and without a type of its own. */
function holderOf(read: Node): ESTree.VariableDeclarator | undefined {
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

/** `if (!response.ok) throw …`: a failed call throws by itself. */
function checkAround(identifier: Node, block: Node | undefined): ESTree.IfStatement | undefined {
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

/** With the space before it and the end of its line. */
function wholeLine(node: Node, { text }: SourceCode): readonly [number, number] {
  const [start, end] = rangeOf(node);
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const isAlone = text.slice(line, start).trim() === '';
  const after = /^[ \t]*\r?\n?/.exec(text.slice(end))?.[0].length ?? 0;
  return [isAlone ? line : start, end + after];
}
