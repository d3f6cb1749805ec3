import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { parentOf, type Node } from '../ast/node.ts';
import { rewriteResponseUse } from './response-use.ts';
import { isExported } from './client.ts';
import type { RawFormat } from './dialects.ts';
import type { Edit } from './edit.ts';

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
