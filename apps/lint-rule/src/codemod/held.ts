import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { parentOf, type Node } from '../ast/node.ts';
import { rewriteUse } from './answer.ts';
import { isExported } from './client.ts';
import type { RawForm } from './dialects.ts';
import type { Edit } from './edit.ts';

/** What is read from an answer that is awaited in place, or held in a constant. */
export function rewriteAnswer(
  awaited: Node | undefined,
  form: RawForm,
  code: SourceCode,
): readonly Edit[] | undefined {
  if (awaited?.type !== 'AwaitExpression') return undefined;
  const holder = parentOf(awaited);
  if (holder?.type === 'ExpressionStatement') return [];
  if (holder?.type !== 'VariableDeclarator') return rewriteUse(awaited, form);
  return rewriteHeld(holder, form, code);
}

/** `const answer = await …` and every use of `answer`. */
export function rewriteHeld(
  holder: ESTree.VariableDeclarator,
  form: RawForm,
  code: SourceCode,
): readonly Edit[] | undefined {
  if (holder.id.type !== 'Identifier' || isExported(holder)) return undefined;
  const [variable] = code.getDeclaredVariables(holder);
  const edits: Edit[] = [];
  for (const { identifier, init } of variable?.references ?? []) {
    if (init === true) continue;
    const edited = rewriteUse(identifier, form);
    if (edited === undefined) return undefined;
    edits.push(...edited);
  }
  return edits;
}
