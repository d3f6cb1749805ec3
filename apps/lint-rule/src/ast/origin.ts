import type { Scope } from 'eslint';
import type * as ESTree from 'estree';
import { bindingsOf, variableOf, type Binding } from './binding.ts';
import { withinLimits, type Analysis } from './analysis.ts';
import { enclosingClass, memberValues } from './members.ts';
import { bare, keyName, type Node } from './node.ts';

/**
 * Source of a value, traced through aliases, destructuring, `await import`, `require`, `bind` and `promisify`. In `path`,
 * `()` is the result of a call and `?` is a name that is not known statically.
 */
export interface Origin {
  readonly from: 'module' | 'global' | 'local';
  /** Module specifier without `node:`, name of the global, or local name: a variable, `this`, or empty for a parameter. */
  readonly name: string;
  readonly path: readonly string[];
}

const GLOBAL_OBJECTS: ReadonlySet<string> = new Set(['globalThis', 'window', 'self', 'global']);

export function originOf(node: Node, analysis: Analysis): Origin | undefined {
  const value = bare(node);
  // An identifier does not use a step of the analysis, because `originCache` ends cycles of identifiers.
  if (value.type === 'Identifier') return identifierOrigin(value, analysis);
  return withinLimits(analysis, value, undefined, () => expressionOrigin(value, analysis));
}

function expressionOrigin(value: Node, analysis: Analysis): Origin | undefined {
  switch (value.type) {
    case 'MemberExpression':
      return memberOrigin(value, analysis);
    case 'ThisExpression':
      return { from: 'local', name: 'this', path: [] };
    case 'CallExpression':
      return callOrigin(value, analysis);
    case 'NewExpression':
      return extendPath(originOf(value.callee, analysis), ['()']);
    case 'TaggedTemplateExpression':
      return extendPath(originOf(value.tag, analysis), ['()']);
    case 'AwaitExpression':
      return originOf(value.argument, analysis);
    case 'ImportExpression':
      return moduleOrigin(value.source);
    case 'LogicalExpression':
      return firstExternal([value.left, value.right], (operand) => originOf(operand, analysis));
    case 'ConditionalExpression':
      return firstExternal([value.consequent, value.alternate], (branch) => originOf(branch, analysis));
    case 'AssignmentExpression':
      return originOf(value.right, analysis);
    default:
      return undefined;
  }
}

function identifierOrigin(identifier: ESTree.Identifier, analysis: Analysis): Origin {
  const variable = variableOf(identifier, analysis.code);
  if (variable === undefined) return { from: 'global', name: identifier.name, path: [] };
  const cached = originCache.get(variable);
  if (cached !== undefined) return cached;
  const localOrigin: Origin = { from: 'local', name: identifier.name, path: [] };
  // This temporary entry ends the recursion for a variable whose value depends on itself.
  originCache.set(variable, localOrigin);
  const origin =
    firstExternal(bindingsOf(variable), (binding) => bindingOrigin(binding, analysis)) ?? localOrigin;
  originCache.set(variable, origin);
  return origin;
}

const originCache = new WeakMap<Scope.Variable, Origin>();

function bindingOrigin(binding: Binding, analysis: Analysis): Origin | undefined {
  switch (binding.kind) {
    case 'import':
      return {
        from: 'module',
        name: withoutNodePrefix(binding.module),
        path: binding.name === '*' ? [] : [binding.name],
      };
    case 'value':
      return extendPath(originOf(binding.node, analysis), binding.path);
    case 'parameter':
      return binding.path.length === 0 ? undefined : { from: 'local', name: '', path: binding.path };
    case 'function':
      return undefined;
  }
}

function memberOrigin(member: ESTree.MemberExpression, analysis: Analysis): Origin | undefined {
  const name = keyName(member.property, member.computed) ?? '?';
  const object = bare(member.object);
  if (object.type === 'ThisExpression') {
    const owner = enclosingClass(object);
    const values = owner === undefined ? [] : memberValues(owner, name);
    const origin = firstExternal(values, (one) => originOf(one, analysis));
    if (origin !== undefined) return origin;
  }
  return extendPath(originOf(object, analysis), [name]);
}

function callOrigin(call: ESTree.CallExpression, analysis: Analysis): Origin | undefined {
  const callee = bare(call.callee);
  const [argument] = call.arguments;
  if (callee.type === 'MemberExpression' && keyName(callee.property, callee.computed) === 'bind')
    return originOf(callee.object, analysis);
  const origin = originOf(callee, analysis);
  if (origin === undefined || argument === undefined) return extendPath(origin, ['()']);
  if (isLoader(origin)) return moduleOrigin(argument);
  if (origin.path.at(-1) === 'promisify') return originOf(argument, analysis);
  return extendPath(origin, ['()']);
}

/** Whether a function loads a module: `require`, `module.require`, `createRequire(…)`, `process.getBuiltinModule`. */
export function isLoader(origin: Origin): boolean {
  if (origin.from === 'global') {
    if (origin.name === 'require') return origin.path.length === 0;
    if (origin.name === 'module') return origin.path[0] === 'require';
    return origin.name === 'process' && origin.path[0] === 'getBuiltinModule';
  }
  if (origin.from !== 'module' || origin.name !== 'module') return false;
  return origin.path.slice(-2).join('.') === 'createRequire.()';
}

function moduleOrigin(specifier: Node): Origin | undefined {
  const node = bare(specifier);
  const name = node.type === 'Literal' ? node.value : keyName(node, true);
  return typeof name === 'string' ? { from: 'module', name: withoutNodePrefix(name), path: [] } : undefined;
}

function withoutNodePrefix(specifier: string): string {
  return specifier.startsWith('node:') ? specifier.slice(5) : specifier;
}

/** Returns the first module or global among the origins, or the first origin if all of them are local. */
function firstExternal<T>(
  items: readonly T[],
  originOfItem: (item: T) => Origin | undefined,
): Origin | undefined {
  let local: Origin | undefined;
  for (const item of items) {
    const origin = originOfItem(item);
    if (origin !== undefined && origin.from !== 'local') return origin;
    local ??= origin;
  }
  return local;
}

function extendPath(origin: Origin | undefined, path: readonly string[]): Origin | undefined {
  const [first, ...rest] = path;
  if (origin === undefined || first === undefined) return origin;
  if (origin.from === 'global' && origin.path.length === 0 && GLOBAL_OBJECTS.has(origin.name))
    return { from: 'global', name: first, path: rest };
  return { from: origin.from, name: origin.name, path: [...origin.path, ...path] };
}
