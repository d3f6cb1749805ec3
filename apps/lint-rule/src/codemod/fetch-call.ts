import type { SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { bare, keyName, type Node } from '../ast/node.ts';
import { dialects, type Dialect, type RawCall } from './dialects.ts';
import { plainProperties, rangeOf, type Edit } from './edit.ts';
import { rewriteVariableUses } from './response-use.ts';
import { freeNames, headEdits, importLines } from './imports.ts';
import { rewriteRequest, specOf } from './request.ts';
import { findJsonVariable } from './fetch-json.ts';

/**
 * Rewrites a `fetch` to a vendor's own address with a literal body, the key from the environment and a response that is read as
 * JSON. Returns undefined for any other call, because a partial rewrite would break the file.
 */
export function rewriteFetchCall(call: ESTree.CallExpression, code: SourceCode): readonly Edit[] | undefined {
  const fetchCall = parseFetchCall(call);
  const names = fetchCall && freeNames(fetchCall.dialect, code, [MAJORDOMO]);
  const request = fetchCall && bodyOf(fetchCall.init, fetchCall.dialect);
  const json = findJsonVariable(call, code);
  if (fetchCall === undefined || names === undefined || request === undefined || json === undefined)
    return undefined;
  const { dialect, raw } = fetchCall;
  const rewritten = rewriteRequest(request, raw, names);
  const spec = rewritten && specOf(rewritten.model, dialect.id, code.text);
  const uses = rewriteVariableUses(json.declarator, raw, code);
  if (rewritten === undefined || spec === undefined || uses === undefined) return undefined;
  const [from, to] = rangeOf(request);
  const edits = [
    { range: [json.range[0], from], text: `${json.before}await ${MAJORDOMO}.model(${spec}).generate(` },
    { range: [to, json.range[1]], text: ')' },
    ...json.deletions.map((range): Edit => ({ range, text: '' })),
    ...rewritten.edits,
    ...uses,
  ] as const;
  const lines = importLines(dialect, names, edits, { quote: "'", end: ';' });
  const declaration = `const ${MAJORDOMO} = createMajordomo({ providers: [${factoryCall(dialect, raw)}], env: process.env });`;
  return [...headEdits(lines, declaration, code), ...edits];
}

const MAJORDOMO = 'majordomo';

interface FetchCall {
  readonly dialect: Dialect;
  readonly raw: RawCall;
  readonly init: ESTree.ObjectExpression;
}

/** Matches `fetch('https://api.openai.com/v1/responses', { … })`. */
function parseFetchCall({ callee, arguments: given }: ESTree.CallExpression): FetchCall | undefined {
  const [url, init, ...more] = given;
  if (callee.type !== 'Identifier' || callee.name !== 'fetch' || more.length > 0) return undefined;
  if (url?.type !== 'Literal' || init?.type !== 'ObjectExpression') return undefined;
  for (const dialect of dialects)
    for (const raw of dialect.calls) if (raw.url === url.value) return { dialect, raw, init };
  return undefined;
}

/**
 * Returns the factory call. Selects Chat Completions explicitly, because the factory uses the Responses API by default.
 */
const factoryCall = ({ factory }: Dialect, { api }: RawCall): string =>
  api === 'chat' ? `${factory}({ api: 'chat' })` : `${factory}()`;

/** Returns the literal body. Returns undefined if the request has parts that the rewrite cannot express. */
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

const IGNORED_HEADERS: ReadonlySet<string> = new Set(['content-type', 'accept', 'anthropic-version']);

/** Whether the headers are only the vendor's usual headers, with the key from the environment variable that the SDK reads. */
function hasUsualHeaders(headers: ESTree.ObjectExpression, { key }: Dialect): boolean {
  const entries = [...(plainProperties(headers) ?? [])].map(
    ([name, property]) => [name.toLowerCase(), property.value] as const,
  );
  const keys = entries.filter(([name]) => name === key.header);
  return (
    keys.length === 1 &&
    keys.every(([, value]) => isKey(value, key)) &&
    entries.every(
      ([name, value]) => name === key.header || (IGNORED_HEADERS.has(name) && value.type === 'Literal'),
    )
  );
}

/** Whether the value is `process.env.X` or `` `Bearer ${process.env.X}` ``. */
function isKey(value: Node, { prefix, variable }: Dialect['key']): boolean {
  if (prefix === '') return isPath(value, ['process', 'env', variable]);
  const node = bare(value);
  if (node.type === 'TemplateLiteral') {
    const [head, tail, ...more] = node.quasis.map(({ value: { cooked } }) => cooked);
    const [variableNode] = node.expressions;
    return (
      head === prefix &&
      tail === '' &&
      more.length === 0 &&
      variableNode !== undefined &&
      isPath(variableNode, ['process', 'env', variable])
    );
  }
  return (
    node.type === 'BinaryExpression' &&
    node.operator === '+' &&
    textOf(node.left) === prefix &&
    isPath(node.right, ['process', 'env', variable])
  );
}

/** Whether the node is `a.b.c`, ignoring TypeScript syntax around it. */
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
