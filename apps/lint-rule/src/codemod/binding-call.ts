import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { parentOf } from '../ast/node.ts';
import { workersAi } from './dialects.ts';
import { rangeOf, type Edit } from './edit.ts';
import { rewriteAwaitedResponse } from './response-use.ts';
import { freeNames, headEdits, importLines } from './imports.ts';
import { rewriteRequest, specOf } from './request.ts';

const CLOUDFLARE = {
  providerPackage: '@majordomo/provider-cloudflare',
  factory: 'createCloudflare',
} as const;

/** Rewrites `await env.AI.run(model, { … })` with a literal text request. Returns undefined for any other call. */
export function rewriteBindingCall(
  call: ESTree.CallExpression,
  binding: string,
  code: SourceCode,
): readonly Edit[] | undefined {
  const [model, request, ...more] = call.arguments;
  const names = freeNames(CLOUDFLARE, code);
  if (model === undefined || request?.type !== 'ObjectExpression' || more.length > 0) return undefined;
  const rewritten = names && rewriteRequest(request, workersAi, names);
  const spec = specOf(model, 'cloudflare', code.text);
  const uses = rewriteAwaitedResponse(parentOf(call), workersAi, code);
  if (names === undefined || rewritten === undefined || spec === undefined || uses === undefined)
    return undefined;
  // Do not rewrite a request with a model, because that model could differ from the model in the first argument.
  if (rewritten.model !== undefined) return undefined;
  const [start, end] = rangeOf(call);
  const [from, to] = rangeOf(request);
  const modelCode = `createMajordomo({ providers: [createCloudflare({ binding: ${binding} })] }).model(${spec})`;
  const edits: readonly Edit[] = [
    { range: [start, from], text: `${modelCode}.generate(` },
    { range: [to, end], text: ')' },
    ...rewritten.edits,
    ...uses,
  ];
  const lines = importLines(CLOUDFLARE, names, edits, { quote: "'", end: ';' });
  return [...headEdits(lines, undefined, code), ...edits];
}
