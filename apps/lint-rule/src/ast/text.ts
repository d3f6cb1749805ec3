import type * as ESTree from 'estree';
import { bindingsOf, variableOf } from './binding.ts';
import { within, type Look } from './look.ts';
import { classAround, enumMember, memberValues, propertyOf, returnsOf } from './members.ts';
import { bare, isFunction, keyName, type Node } from './node.ts';

/**
 * Frames a piece that nobody can see without running the program; the name that it has in the code stands inside,
 * for the names of variables tell something: `${env.OLLAMA_URL}/api` → `\0env_OLLAMA_URL\0/api`.
 */
export const HOLE = '\0';

const UNKNOWN: readonly string[] = [HOLE + HOLE];
/** Enough for `a ?? b` on both sides of a path; keeps a long chain of conditions cheap. */
const MAX_TEXTS = 8;
const MAX_NAME = 60;

/** The texts that an expression may have, from this file alone; `HOLE` where it cannot be told. */
export function textsOf(node: Node, look: Look): readonly string[] {
  const value = bare(node);
  return within(look, value, UNKNOWN, () => texts(value, look));
}

function texts(value: Node, look: Look): readonly string[] {
  switch (value.type) {
    case 'Literal':
      return typeof value.value === 'string' || typeof value.value === 'number'
        ? [String(value.value)]
        : UNKNOWN;
    case 'TemplateLiteral':
      return templateTexts(value, look);
    case 'BinaryExpression':
      return value.operator === '+' ? joined([value.left, value.right], look, '') : UNKNOWN;
    case 'LogicalExpression':
      return eitherOf([value.left, value.right], look);
    case 'ConditionalExpression':
      return eitherOf([value.consequent, value.alternate], look);
    case 'AssignmentExpression':
      return textsOf(value.right, look);
    case 'Identifier':
    case 'MemberExpression': {
      if (value.type === 'MemberExpression' && keyName(value.property, value.computed) === 'href')
        return textsOf(value.object, look);
      const values = valuesOf(value, look);
      return values.length === 0 ? [hole(value, look)] : eitherOf(values, look);
    }
    case 'NewExpression':
      return urlTexts(value, look);
    case 'CallExpression':
      return callTexts(value, look);
    default:
      return UNKNOWN;
  }
}

/** The expressions that a name or a member may stand for in this file. */
export function valuesOf(node: Node, look: Look): readonly Node[] {
  const value = bare(node);
  if (value.type === 'Identifier') {
    const variable = variableOf(value, look.code);
    if (variable === undefined) return [];
    return bindingsOf(variable).flatMap((binding) => {
      if (binding.kind === 'function') return [binding.node];
      return binding.kind === 'value' ? descend(binding.node, binding.path, look) : [];
    });
  }
  if (value.type !== 'MemberExpression') return [value];
  const name = keyName(value.property, value.computed);
  if (name === undefined) return [];
  const object = bare(value.object);
  if (object.type === 'ThisExpression') {
    const owner = classAround(object);
    return owner === undefined ? [] : memberValues(owner, name);
  }
  return descend(object, [name], look);
}

/** The values of `node.a.b`, where `node` is or names an object literal. */
function descend(node: Node, path: readonly string[], look: Look): readonly Node[] {
  let nodes: readonly Node[] = [node];
  for (const name of path) {
    nodes = nodes
      .flatMap((at) => valuesOf(at, look))
      .flatMap((at) => {
        const owner = bare(at);
        const found = memberOf(owner, name);
        return found === undefined ? [] : [found];
      });
  }
  return nodes;
}

function memberOf(owner: Node, name: string): Node | undefined {
  if (owner.type === 'ObjectExpression') return propertyOf(owner, name);
  if (owner.type !== 'ArrayExpression') return enumMember(owner, name);
  return /^\d+$/.test(name) ? (owner.elements[Number(name)] ?? undefined) : undefined;
}

function hole(node: Node, look: Look): string {
  const [start, end] = node.range ?? [0, 0];
  return (
    HOLE +
    look.code.text
      .slice(start, end)
      .slice(0, MAX_NAME)
      .replace(/[^A-Za-z0-9]+/g, '_') +
    HOLE
  );
}

function templateTexts(template: ESTree.TemplateLiteral, look: Look): readonly string[] {
  let texts: readonly string[] = [''];
  for (const [index, quasi] of template.quasis.entries()) {
    const piece = quasi.value.cooked ?? quasi.value.raw;
    texts = texts.map((text) => text + piece);
    const expression = template.expressions[index];
    if (expression !== undefined) texts = product(texts, textsOf(expression, look), '');
  }
  return texts;
}

function callTexts(call: ESTree.CallExpression, look: Look): readonly string[] {
  const callee = bare(call.callee);
  if (callee.type === 'Identifier' && callee.name === 'String' && call.arguments[0] !== undefined)
    return textsOf(call.arguments[0], look);
  const encoded = base64In(call);
  if (encoded !== undefined) return textsOf(encoded, look).map(fromBase64);
  if (callee.type === 'MemberExpression') {
    const method = keyName(callee.property, callee.computed);
    const object = bare(callee.object);
    if (method === 'concat') return joined([object, ...call.arguments], look, '');
    if (method === 'join' && object.type === 'ArrayExpression') {
      const separator = call.arguments[0] === undefined ? ',' : (textsOf(call.arguments[0], look)[0] ?? ',');
      return joined(object.elements, look, separator);
    }
    // toString, trim, replace: what they keep is enough to know a host by.
    if (object.type !== 'ThisExpression' && method !== undefined && KEEPING.has(method))
      return textsOf(object, look);
  }
  const returned = valuesOf(callee, look)
    .filter((value) => isFunction(value))
    .flatMap((value) => returnsOf(value));
  return returned.length === 0 ? [hole(callee, look)] : eitherOf(returned, look);
}

/** What `atob(…)` and `Buffer.from(…, 'base64')` unpack. */
function base64In({ callee, arguments: [text, encoding] }: ESTree.CallExpression): Node | undefined {
  const called = bare(callee);
  if (called.type === 'Identifier') return called.name === 'atob' ? text : undefined;
  const isFrom = called.type === 'MemberExpression' && keyName(called.property, called.computed) === 'from';
  const isBase64 = encoding?.type === 'Literal' && /^base64/.test(String(encoding.value));
  return isFrom && isBase64 ? text : undefined;
}

function fromBase64(text: string): string {
  return text.includes(HOLE) ? HOLE + HOLE : Buffer.from(text, 'base64').toString('utf8');
}

const KEEPING: ReadonlySet<string> = new Set(['toString', 'trim', 'replace', 'replaceAll', 'toLowerCase']);

/** `new URL(path, base)` and `new Request(url)`. */
function urlTexts(node: ESTree.NewExpression, look: Look): readonly string[] {
  const callee = bare(node.callee);
  const [address, base] = node.arguments;
  if (callee.type !== 'Identifier' || address === undefined) return UNKNOWN;
  if (callee.name !== 'URL') return callee.name === 'Request' ? textsOf(address, look) : UNKNOWN;
  const addresses = textsOf(address, look);
  if (base === undefined) return addresses;
  const absolute = addresses.filter((text) => text.includes('://'));
  return absolute.length > 0 ? absolute : product(textsOf(base, look), addresses, '/');
}

function joined(nodes: readonly (Node | null)[], look: Look, separator: string): readonly string[] {
  let texts: readonly string[] | undefined;
  for (const node of nodes) {
    const next = node === null ? [''] : textsOf(node, look);
    texts = texts === undefined ? next : product(texts, next, separator);
  }
  return texts ?? UNKNOWN;
}

function product(left: readonly string[], right: readonly string[], separator: string): readonly string[] {
  return left.flatMap((start) => right.map((end) => start + separator + end)).slice(0, MAX_TEXTS);
}

function eitherOf(nodes: readonly Node[], look: Look): readonly string[] {
  if (nodes.length === 0) return UNKNOWN;
  return [...new Set(nodes.flatMap((node) => textsOf(node, look)))].slice(0, MAX_TEXTS);
}
