import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { bare, keyName, type Node } from '../ast/node.ts';
import { dialects, type Dialect, type RawCall } from './dialects.ts';
import { plainProperties, rangeOf, type Edit } from './edit.ts';
import { rewriteHeld } from './held.ts';
import { freeNames, headEdits, importLines } from './imports.ts';
import { rewriteRequest, specOf } from './request.ts';
import { jsonOf } from './response.ts';

/**
 * Rewrites one request by `fetch` to a vendor's own address, with a literal body and the key of the environment, whose
 * answer is read as JSON. Undefined for any other: half a rewrite is worse than none.
 */
export function rewriteFetch(call: ESTree.CallExpression, code: SourceCode): readonly Edit[] | undefined {
  const sent = sentTo(call);
  const names = sent && freeNames(sent.dialect, code, [MAJORDOMO]);
  const request = sent && bodyOf(sent.init, sent.dialect);
  const json = jsonOf(call, code);
  if (sent === undefined || names === undefined || request === undefined || json === undefined)
    return undefined;
  const { dialect, raw } = sent;
  const rewritten = rewriteRequest(request, raw, names);
  const spec = rewritten && specOf(rewritten.model, dialect.id, code.text);
  const uses = rewriteHeld(json.holder, raw, code);
  if (rewritten === undefined || spec === undefined || uses === undefined) return undefined;
  const [from, to] = rangeOf(request);
  const within = [
    { range: [json.range[0], from], text: `${json.before}await ${MAJORDOMO}.model(${spec}).generate(` },
    { range: [to, json.range[1]], text: ')' },
    ...json.removed.map((range): Edit => ({ range, text: '' })),
    ...rewritten.edits,
    ...uses,
  ] as const;
  const lines = importLines(dialect, names, within, { quote: "'", end: ';' });
  const made = `const ${MAJORDOMO} = createMajordomo({ providers: [${factoryOf(dialect, raw)}], env: process.env });`;
  return [...headEdits(lines, made, code), ...within];
}

const MAJORDOMO = 'majordomo';

interface SentTo {
  readonly dialect: Dialect;
  readonly raw: RawCall;
  readonly init: ESTree.ObjectExpression;
}

/** `fetch('https://api.openai.com/v1/responses', { … })` */
function sentTo({ callee, arguments: given }: ESTree.CallExpression): SentTo | undefined {
  const [url, init, ...more] = given;
  if (callee.type !== 'Identifier' || callee.name !== 'fetch' || more.length > 0) return undefined;
  if (url?.type !== 'Literal' || init?.type !== 'ObjectExpression') return undefined;
  for (const dialect of dialects)
    for (const raw of dialect.calls) if (raw.url === url.value) return { dialect, raw, init };
  return undefined;
}

/** Where an SDK and `fetch` go to one address, the factory says which of its wires that is. */
const factoryOf = ({ factory }: Dialect, { api }: RawCall): string =>
  api === 'chat' ? `${factory}({ api: 'chat' })` : `${factory}()`;

/** The literal body; undefined where the request says more than the rewritten one can. */
function bodyOf(init: ESTree.ObjectExpression, dialect: Dialect): ESTree.ObjectExpression | undefined {
  const { method, headers, body, ...others } = Object.fromEntries(plainProperties(init) ?? []);
  if (Object.keys(others).length > 0 || textOf(method?.value) !== 'POST') return undefined;
  if (headers?.value.type !== 'ObjectExpression' || !hasUsualHeaders(headers.value, dialect))
    return undefined;
  const call = body?.value;
  if (call?.type !== 'CallExpression' || !isPath(call.callee, ['JSON', 'stringify'])) return undefined;
  const [json, ...more] = call.arguments;
  return json?.type === 'ObjectExpression' && more.length === 0 ? json : undefined;
}

const HARMLESS: ReadonlySet<string> = new Set(['content-type', 'accept', 'anthropic-version']);

/** The usual ones, with the key as the SDK would find it by itself. */
function hasUsualHeaders(headers: ESTree.ObjectExpression, { key }: Dialect): boolean {
  const named = [...(plainProperties(headers) ?? [])].map(
    ([name, property]) => [name.toLowerCase(), property.value] as const,
  );
  const keys = named.filter(([name]) => name === key.header);
  return (
    keys.length === 1 &&
    keys.every(([, value]) => isKey(value, key)) &&
    named.every(([name, value]) => name === key.header || (HARMLESS.has(name) && value.type === 'Literal'))
  );
}

/** `process.env.X`, or `` `Bearer ${process.env.X}` ``. */
function isKey(value: Node, { before, variable }: Dialect['key']): boolean {
  if (before === '') return isPath(value, ['process', 'env', variable]);
  const node = bare(value);
  if (node.type === 'TemplateLiteral') {
    const [head, tail, ...more] = node.quasis.map(({ value: { cooked } }) => cooked);
    const [filled] = node.expressions;
    return (
      head === before &&
      tail === '' &&
      more.length === 0 &&
      filled !== undefined &&
      isPath(filled, ['process', 'env', variable])
    );
  }
  return (
    node.type === 'BinaryExpression' &&
    node.operator === '+' &&
    textOf(node.left) === before &&
    isPath(node.right, ['process', 'env', variable])
  );
}

/** `a.b.c`, whatever TypeScript says about it. */
function isPath(node: Node, path: readonly string[]): boolean {
  const inner = bare(node);
  const last = path.at(-1);
  if (path.length === 1) return inner.type === 'Identifier' && inner.name === last;
  return (
    inner.type === 'MemberExpression' &&
    keyName(inner.property, inner.computed) === last &&
    isPath(inner.object, path.slice(0, -1))
  );
}

const textOf = (node: Node | undefined): unknown => (node?.type === 'Literal' ? node.value : undefined);
