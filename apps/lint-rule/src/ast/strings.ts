import type * as ESTree from 'estree';
import { bindingsOf, variableOf } from './binding.ts';
import { withinLimits, type Analysis } from './analysis.ts';
import { enclosingClass, enumMember, memberValues, propertyOf, returnValues } from './members.ts';
import { bare, isFunction, keyName, type Node } from './node.ts';

/**
 * Character before and after each part of a string that is known only at run time. The part may contain the code of the
 * expression, because a variable's name is a hint. For example, `${env.OLLAMA_URL}/api` becomes `\0env_OLLAMA_URL\0/api`.
 */
export const UNKNOWN_MARK = '\0';

const UNKNOWN: readonly string[] = [UNKNOWN_MARK + UNKNOWN_MARK];
/**
 * Maximum number of strings per expression, which limits the time for long chains of conditions. An expression with `a ?? b` both
 * before and after a path has only four strings.
 */
const MAX_STRINGS = 8;
/** Maximum length of the code in an unknown part, in characters. */
const MAX_CODE_LENGTH = 60;

/** Returns the strings that an expression may evaluate to. `UNKNOWN_MARK` encloses the parts that the file does not contain. */
export function stringsOf(node: Node, analysis: Analysis): readonly string[] {
  const value = bare(node);
  return withinLimits(analysis, value, UNKNOWN, () => expressionStrings(value, analysis));
}

function expressionStrings(value: Node, analysis: Analysis): readonly string[] {
  switch (value.type) {
    case 'Literal':
      return typeof value.value === 'string' || typeof value.value === 'number'
        ? [String(value.value)]
        : UNKNOWN;
    case 'TemplateLiteral':
      return templateStrings(value, analysis);
    case 'BinaryExpression':
      return value.operator === '+' ? joinStrings([value.left, value.right], analysis, '') : UNKNOWN;
    case 'LogicalExpression':
      return alternativeStrings([value.left, value.right], analysis);
    case 'ConditionalExpression':
      return alternativeStrings([value.consequent, value.alternate], analysis);
    case 'AssignmentExpression':
      return stringsOf(value.right, analysis);
    case 'Identifier':
    case 'MemberExpression': {
      // The `href` of a `URL` is its address.
      if (value.type === 'MemberExpression' && keyName(value.property, value.computed) === 'href')
        return stringsOf(value.object, analysis);
      const values = valuesOf(value, analysis);
      return values.length === 0 ? [unknownPart(value, analysis)] : alternativeStrings(values, analysis);
    }
    case 'NewExpression':
      return urlStrings(value, analysis);
    case 'CallExpression':
      return callStrings(value, analysis);
    default:
      return UNKNOWN;
  }
}

/**
 * Returns the expressions that a name or a member may evaluate to in this file, or the node itself for any other expression.
 * Returns none for imports and parameters, whose values the file does not show.
 */
export function valuesOf(node: Node, analysis: Analysis): readonly Node[] {
  const value = bare(node);
  if (value.type === 'Identifier') {
    const variable = variableOf(value, analysis.code);
    if (variable === undefined) return [];
    return withinLimits(analysis, variable, [], () =>
      bindingsOf(variable).flatMap((binding) => {
        if (binding.kind === 'function') return [binding.node];
        return binding.kind === 'value' ? valuesAtPath(binding.node, binding.path, analysis) : [];
      }),
    );
  }
  if (value.type !== 'MemberExpression') return [value];
  const name = keyName(value.property, value.computed);
  if (name === undefined) return [];
  const object = bare(value.object);
  if (object.type === 'ThisExpression') {
    const owner = enclosingClass(object);
    return owner === undefined ? [] : memberValues(owner, name);
  }
  return valuesAtPath(object, [name], analysis);
}

/** Returns the expressions that a call of `callee` may return, if the file contains the function. */
export function returnedValues(callee: Node, analysis: Analysis): readonly Node[] {
  return valuesOf(callee, analysis)
    .filter((value) => isFunction(value))
    .flatMap((value) => returnValues(value));
}

/** Returns the values of `node.a.b` if `node` is or names an object literal, an array literal or an enum. */
export function valuesAtPath(node: Node, path: readonly string[], analysis: Analysis): readonly Node[] {
  let nodes: readonly Node[] = [node];
  for (const name of path) {
    nodes = nodes
      .flatMap((at) => valuesOf(at, analysis))
      .flatMap((at) => {
        const owner = bare(at);
        const value = memberValue(owner, name);
        return value === undefined ? [] : [value];
      });
  }
  return nodes;
}

function memberValue(owner: Node, name: string): Node | undefined {
  if (owner.type === 'ObjectExpression') return propertyOf(owner, name);
  if (owner.type !== 'ArrayExpression') return enumMember(owner, name);
  return /^\d+$/.test(name) ? (owner.elements[Number(name)] ?? undefined) : undefined;
}

function unknownPart(node: Node, analysis: Analysis): string {
  const [start, end] = node.range ?? [0, 0];
  return (
    UNKNOWN_MARK +
    analysis.code.text
      .slice(start, end)
      .slice(0, MAX_CODE_LENGTH)
      .replace(/[^A-Za-z0-9]+/g, '_') +
    UNKNOWN_MARK
  );
}

function templateStrings(template: ESTree.TemplateLiteral, analysis: Analysis): readonly string[] {
  let strings: readonly string[] = [''];
  for (const [index, quasi] of template.quasis.entries()) {
    const part = quasi.value.cooked ?? quasi.value.raw;
    strings = strings.map((text) => text + part);
    const expression = template.expressions[index];
    if (expression !== undefined) strings = combineStrings(strings, stringsOf(expression, analysis), '');
  }
  return strings;
}

function callStrings(call: ESTree.CallExpression, analysis: Analysis): readonly string[] {
  const callee = bare(call.callee);
  if (callee.type === 'Identifier' && callee.name === 'String' && call.arguments[0] !== undefined)
    return stringsOf(call.arguments[0], analysis);
  const encoded = base64Argument(call);
  if (encoded !== undefined) return stringsOf(encoded, analysis).map(decodeBase64);
  if (callee.type === 'MemberExpression') {
    const method = keyName(callee.property, callee.computed);
    const object = bare(callee.object);
    if (method === 'concat') return joinStrings([object, ...call.arguments], analysis, '');
    if (method === 'join' && object.type === 'ArrayExpression') {
      const separator =
        call.arguments[0] === undefined ? ',' : (stringsOf(call.arguments[0], analysis)[0] ?? ',');
      return joinStrings(object.elements, analysis, separator);
    }
    // The result of a method such as `trim` or `replace` is similar enough to recognize a host.
    if (object.type !== 'ThisExpression' && method !== undefined && TRANSPARENT_METHODS.has(method))
      return stringsOf(object, analysis);
  }
  const returned = returnedValues(callee, analysis);
  return returned.length === 0 ? [unknownPart(callee, analysis)] : alternativeStrings(returned, analysis);
}

/** Returns the encoded argument of `atob(…)` or `Buffer.from(…, 'base64')`. */
function base64Argument({ callee, arguments: [text, encoding] }: ESTree.CallExpression): Node | undefined {
  const target = bare(callee);
  if (target.type === 'Identifier') return target.name === 'atob' ? text : undefined;
  const isFrom = target.type === 'MemberExpression' && keyName(target.property, target.computed) === 'from';
  const isBase64 = encoding?.type === 'Literal' && /^base64/.test(String(encoding.value));
  return isFrom && isBase64 ? text : undefined;
}

function decodeBase64(text: string): string {
  return text.includes(UNKNOWN_MARK)
    ? UNKNOWN_MARK + UNKNOWN_MARK
    : Buffer.from(text, 'base64').toString('utf8');
}

const TRANSPARENT_METHODS: ReadonlySet<string> = new Set([
  'toString',
  'trim',
  'replace',
  'replaceAll',
  'toLowerCase',
]);

/** Returns the addresses of `new URL(path, base)` or `new Request(url)`. */
function urlStrings(node: ESTree.NewExpression, analysis: Analysis): readonly string[] {
  const callee = bare(node.callee);
  const [address, base] = node.arguments;
  if (callee.type !== 'Identifier' || address === undefined) return UNKNOWN;
  if (callee.name !== 'URL') return callee.name === 'Request' ? stringsOf(address, analysis) : UNKNOWN;
  const addresses = stringsOf(address, analysis);
  if (base === undefined) return addresses;
  // `new URL` ignores the base of an absolute address. Relative alternatives to one name no host, so they are left out.
  const absolute = addresses.filter((text) => text.includes('://'));
  return absolute.length > 0 ? absolute : combineStrings(stringsOf(base, analysis), addresses, '/');
}

function joinStrings(
  nodes: readonly (Node | null)[],
  analysis: Analysis,
  separator: string,
): readonly string[] {
  let strings: readonly string[] | undefined;
  for (const node of nodes) {
    const next = node === null ? [''] : stringsOf(node, analysis);
    strings = strings === undefined ? next : combineStrings(strings, next, separator);
  }
  return strings ?? UNKNOWN;
}

function combineStrings(
  left: readonly string[],
  right: readonly string[],
  separator: string,
): readonly string[] {
  return left.flatMap((start) => right.map((end) => start + separator + end)).slice(0, MAX_STRINGS);
}

function alternativeStrings(nodes: readonly Node[], analysis: Analysis): readonly string[] {
  if (nodes.length === 0) return UNKNOWN;
  return [...new Set(nodes.flatMap((node) => stringsOf(node, analysis)))].slice(0, MAX_STRINGS);
}
