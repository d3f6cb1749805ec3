import type * as ESTree from 'estree';
import type { Look } from '../ast/look.ts';
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
import { textsOf } from '../ast/text.ts';
import { asAddress } from './address.ts';

/** How sure it is that a call sends HTTP: a known client, or only a method named like one. */
export type Sender = 'client' | 'method';

/** What is called in the end, and with what. */
export interface Sent {
  readonly callee: Node;
  readonly arguments: readonly Node[];
}

/** `fetch.apply(null, [url])` and `Reflect.apply(fetch, null, [url])` are `fetch(url)`. */
export function sentBy(
  { callee, arguments: given }: ESTree.SimpleCallExpression | ESTree.NewExpression,
  look: Look,
): Sent {
  const called = bare(callee);
  const isApply = called.type === 'MemberExpression' && keyName(called.property, called.computed) === 'apply';
  if (!isApply) return { callee, arguments: given };
  const args = given.flatMap((argument) =>
    argument.type === 'ArrayExpression'
      ? argument.elements.filter((element) => element !== null)
      : [argument],
  );
  const origin = originOf(called.object, look);
  const [applied, , ...behind] = args;
  return origin?.from === 'global' && origin.name === 'Reflect' && applied !== undefined
    ? { callee: applied, arguments: behind }
    : { callee, arguments: args };
}

/** Whether a call sends HTTP, by where its function comes from, else by its name. */
export function senderOf(callee: Node, look: Look): Sender | undefined {
  const origin = originOf(callee, look);
  const name = origin?.path.findLast((part) => part !== '()') ?? nameOf(callee);
  if (origin?.from === 'global' && httpGlobals.has(origin.name))
    return sendsAsGlobal(origin) ? 'client' : undefined;
  if (origin?.from === 'module' && !isOwnModule(origin.name)) {
    if (httpModules.has(origin.name)) return origin.path.some(isMock) ? undefined : 'client';
    return !mockModules.has(origin.name) && isFetchName(name) ? 'client' : undefined;
  }
  if (origin !== undefined && [origin.name, ...origin.path].some(isMock)) return undefined;
  if (isFetchName(name) || isFetchName(nameOf(callee))) return 'client';
  return name !== undefined && sendingMethods.has(name) ? 'method' : undefined;
}

/** `fetch(…)` sends, `fetch(…).then(…)` does not; `new XMLHttpRequest().open(…)` says where to. */
function sendsAsGlobal({ name, path }: Origin): boolean {
  if (name === 'navigator') return path.length === 1 && path[0] === 'sendBeacon';
  if (name === 'XMLHttpRequest') return path.at(-1) === 'open';
  return !path.includes('()') && !path.some(isMock);
}

function isOwnModule(name: string): boolean {
  return /^(?:\.|#|~|@\/|\/)/.test(name);
}

function isFetchName(name: string | undefined): boolean {
  return name !== undefined && /fetch/i.test(name) && !/prefetch/i.test(name) && !isMock(name);
}

/** `MockAgent`, `fetchMock`, `nock`: they declare what a fake answers. */
function isMock(part: string): boolean {
  return /mock|fake|stub|\bnock\b/i.test(part);
}

function nameOf(callee: Node): string | undefined {
  const node = bare(callee);
  if (node.type === 'Identifier') return node.name;
  return node.type === 'MemberExpression' ? keyName(node.property, node.computed) : undefined;
}

/** The addresses that one argument of a sending call may hold. */
export function addressesIn(argument: Node, index: number, look: Look): readonly string[] {
  const objects = objectsOf(argument, look);
  // A socket is told a host without a scheme: `tls.connect(443, 'api.openai.com')`.
  if (objects.length === 0)
    return textsOf(argument, look).map((text) => (HOST.test(text) ? asAddress(text) : text));
  return objects.flatMap((object) =>
    index === 0 || isRequestOptions(object) ? addressOf(object, look) : [],
  );
}

const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$/i;

/** A second argument may be a body; one with these keys is not. */
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

/** `{ baseURL, url }`, `{ hostname, port, path }` → the address. */
function addressOf(object: ESTree.ObjectExpression, look: Look): readonly string[] {
  const textAt = (names: readonly string[]): readonly string[] => {
    for (const name of names) {
      const value = propertyOf(object, name);
      if (value !== undefined) return textsOf(value, look);
    }
    return [];
  };
  const paths = textAt(addressOptions);
  const bases = textAt(baseOptions);
  if (bases.length === 0) return paths;
  const [port] = textAt(['port']);
  return bases.flatMap((base) => {
    const origin = asAddress(base) + (port === undefined ? '' : `:${port}`);
    return paths.length === 0
      ? [origin]
      : paths.map((path) => (path.includes('://') ? path : `${origin}/${path}`));
  });
}
