import type * as ESTree from 'estree';
import type { Analysis } from '../ast/analysis.ts';
import { bare, keyName, type Node } from '../ast/node.ts';
import { originOf, type Origin } from '../ast/origin.ts';
import {
  addressOptions,
  baseOptions,
  httpGlobals,
  httpModules,
  mockModules,
  sendingMethods,
} from '../data/clients.ts';
import { objectsOf } from '../ast/objects.ts';
import { propertyOf } from '../ast/members.ts';
import { stringsOf } from '../ast/strings.ts';
import { toAddress } from './address.ts';

/** Evidence that a call sends a request. `client`: a known client or `fetch` in the name. `method`: only the name of a method. */
export type SenderKind = 'client' | 'method';

/** Called function and its arguments. */
export interface HttpCall {
  readonly callee: Node;
  readonly arguments: readonly Node[];
}

/** Resolves indirect calls: `fetch.apply(null, [url])` and `Reflect.apply(fetch, null, [url])` are `fetch(url)`. */
export function resolveCall(
  { callee, arguments: given }: ESTree.SimpleCallExpression | ESTree.NewExpression,
  analysis: Analysis,
): HttpCall {
  const target = bare(callee);
  const isApply = target.type === 'MemberExpression' && keyName(target.property, target.computed) === 'apply';
  if (!isApply) return { callee, arguments: given };
  const args = given.flatMap((argument) =>
    argument.type === 'ArrayExpression'
      ? argument.elements.filter((element) => element !== null)
      : [argument],
  );
  const origin = originOf(target.object, analysis);
  const isReflect = origin?.from === 'global' && origin.name === 'Reflect';
  // `fetch.apply(null, [url])` keeps the `null` in its arguments, because the rules search several of them for an address.
  const [applied, _thisArgument, ...rest] = args;
  return isReflect && applied !== undefined
    ? { callee: applied, arguments: rest }
    : { callee, arguments: args };
}

/** Returns the evidence that a function sends HTTP requests, from its origin or its name. Returns undefined without evidence. */
export function senderKind(callee: Node, analysis: Analysis): SenderKind | undefined {
  const origin = originOf(callee, analysis);
  const name = origin?.path.findLast((part) => part !== '()') ?? nameOf(callee);
  if (origin?.from === 'global' && httpGlobals.has(origin.name))
    return isSendingGlobal(origin) ? 'client' : undefined;
  if (origin?.from === 'module' && !isLocalModule(origin.name)) {
    if (httpModules.has(origin.name)) return origin.path.some(isMock) ? undefined : 'client';
    return !mockModules.has(origin.name) && isFetchName(name) ? 'client' : undefined;
  }
  // Of any other function, only the name can show that it sends requests.
  if (origin !== undefined && [origin.name, ...origin.path].some(isMock)) return undefined;
  if (isFetchName(name) || isFetchName(nameOf(callee))) return 'client';
  return name !== undefined && sendingMethods.has(name) ? 'method' : undefined;
}

/**
 * Whether a call of a global sends a request. `fetch(…)` sends a request, but the `then(…)` of `fetch(…).then(…)` does not. Also
 * true for `new XMLHttpRequest().open(…)`, which contains the address.
 */
function isSendingGlobal({ name, path }: Origin): boolean {
  if (name === 'navigator') return path.length === 1 && path[0] === 'sendBeacon';
  if (name === 'XMLHttpRequest') return path.at(-1) === 'open';
  return !path.includes('()') && !path.some(isMock);
}

/** Whether a specifier is a path, or begins like a usual alias of a path, such as `@/lib`. */
function isLocalModule(name: string): boolean {
  return /^(?:\.|#|~|@\/|\/)/.test(name);
}

function isFetchName(name: string | undefined): boolean {
  return name !== undefined && /fetch/i.test(name) && !/prefetch/i.test(name) && !isMock(name);
}

/** Whether a name is the name of a mock, such as `MockAgent`, `fetchMock` or `nock`. */
function isMock(part: string): boolean {
  return /mock|fake|stub|\bnock\b/i.test(part);
}

function nameOf(callee: Node): string | undefined {
  const node = bare(callee);
  if (node.type === 'Identifier') return node.name;
  return node.type === 'MemberExpression' ? keyName(node.property, node.computed) : undefined;
}

/** Returns the addresses that an argument of a sending call may contain. */
export function addressesIn(argument: Node, index: number, analysis: Analysis): readonly string[] {
  const objects = objectsOf(argument, analysis);
  // The host of a socket has no scheme, as in `tls.connect(443, 'api.openai.com')`.
  if (objects.length === 0)
    return stringsOf(argument, analysis).map((text) => (HOST.test(text) ? toAddress(text) : text));
  return objects.flatMap((object) =>
    index === 0 || isRequestOptions(object) ? addressesFromOptions(object, analysis) : [],
  );
}

const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$/i;

/** Keys that distinguish request options from a body in the second argument. */
const REQUEST_KEYS: ReadonlySet<string> = new Set([
  'method',
  'headers',
  'body',
  'json',
  'searchParams',
  'timeout',
  'signal',
  'retry',
  'hooks',
]);

function isRequestOptions(object: ESTree.ObjectExpression): boolean {
  return object.properties.some(
    (property) =>
      property.type === 'Property' && REQUEST_KEYS.has(keyName(property.key, property.computed) ?? ''),
  );
}

/** Returns the addresses of `{ baseURL, url }` or `{ hostname, port, path }`. */
function addressesFromOptions(object: ESTree.ObjectExpression, analysis: Analysis): readonly string[] {
  const textAt = (names: readonly string[]): readonly string[] => {
    for (const name of names) {
      const value = propertyOf(object, name);
      if (value !== undefined) return stringsOf(value, analysis);
    }
    return [];
  };
  const paths = textAt(addressOptions);
  const bases = textAt(baseOptions);
  if (bases.length === 0) return paths;
  const [port] = textAt(['port']);
  return bases.flatMap((base) => {
    const origin = toAddress(base) + (port === undefined ? '' : `:${port}`);
    return paths.length === 0
      ? [origin]
      : paths.map((path) => (path.includes('://') ? path : `${origin}/${path}`));
  });
}
