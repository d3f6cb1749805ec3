import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { keyName, parentOf, type Node } from '../ast/node.ts';
import { clientOf, rewriteBuild } from './client.ts';
import type { Dialect, RawCall } from './dialects.ts';
import { rangeOf, type Edit } from './edit.ts';
import { freeNames, importEdit } from './imports.ts';
import { rewriteAwaitedResponse } from './response-use.ts';
import { rewriteRequest, specOf, type MessageNames } from './request.ts';

/**
 * Rewrites a file that imports one SDK client, builds the client once and makes plain calls. Returns undefined if the file uses
 * the client in another way, because a partial rewrite would break the file.
 */
export function rewriteSdkFile(
  node: ESTree.ImportDeclaration,
  dialect: Dialect,
  code: SourceCode,
): readonly Edit[] | undefined {
  const names = freeNames(dialect, code);
  const client = clientOf(node, code);
  if (names === undefined || client === undefined) return undefined;
  const calls = client.uses.map(({ identifier }) => rewriteCall(identifier, { dialect, code, names }));
  const rewrites = calls.filter((call) => call !== undefined);
  if (rewrites.length < calls.length) return undefined;
  const buildEdits = rewriteBuild(
    client.build,
    dialect,
    rewrites.map(({ raw }) => raw),
  );
  if (buildEdits === undefined) return undefined;
  const edits = [...buildEdits, ...rewrites.flatMap((call) => call.edits)];
  return [importEdit(node, dialect, names, edits, code.text), ...edits];
}

interface CallContext {
  readonly dialect: Dialect;
  readonly code: SourceCode;
  readonly names: MessageNames;
}

interface CallRewrite {
  readonly raw: RawCall;
  readonly edits: readonly Edit[];
}

/** Rewrites `await client.chat.completions.create({ … })` and the uses of its response. */
function rewriteCall(client: Node, { dialect, code, names }: CallContext): CallRewrite | undefined {
  for (const raw of dialect.calls) {
    const call = methodCall(client, raw.path);
    const [request, ...more] = call?.arguments ?? [];
    if (call === undefined || request?.type !== 'ObjectExpression' || more.length > 0) continue;
    const rewritten = rewriteRequest(request, raw, names);
    const spec = rewritten && specOf(rewritten.model, dialect.id, code.text);
    const uses = rewriteAwaitedResponse(parentOf(call), raw, code);
    if (rewritten === undefined || spec === undefined || uses === undefined) return undefined;
    const callee = [rangeOf(client)[1], rangeOf(call.callee)[1]] as const;
    return {
      raw,
      edits: [{ range: callee, text: `.model(${spec}).generate` }, ...rewritten.edits, ...uses],
    };
  }
  return undefined;
}

function methodCall(client: Node, path: readonly string[]): ESTree.CallExpression | undefined {
  let at = client;
  for (const name of path) {
    const parent = parentOf(at);
    if (parent?.type !== 'MemberExpression' || parent.object !== at) return undefined;
    if (keyName(parent.property, parent.computed) !== name) return undefined;
    at = parent;
  }
  const call = parentOf(at);
  return call?.type === 'CallExpression' && call.callee === at ? call : undefined;
}
