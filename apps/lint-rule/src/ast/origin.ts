import type { Scope } from 'eslint';
import type * as ESTree from 'estree';
import { bindingsOf, variableOf, type Binding } from './binding.ts';
import { within, type Look } from './look.ts';
import { classAround, memberValues } from './members.ts';
import { bare, keyName, type Node } from './node.ts';

/**
 * Where a value comes from, followed through aliases, destructuring, `await import`, `require`, `bind` and
 * `promisify`. In `path`, `()` is the result of a call and `?` a name that nobody can see.
 */
export interface Origin {
  readonly from: 'module' | 'global' | 'local';
  /** The module's specifier without `node:`, the global's name, or the local root's. */
  readonly name: string;
  readonly path: readonly string[];
}

const GLOBAL_OBJECTS: ReadonlySet<string> = new Set(['globalThis', 'window', 'self', 'global']);

export function originOf(node: Node, look: Look): Origin | undefined {
  const value = bare(node);
  // Names end their circles themselves, and most callees are nothing else.
  if (value.type === 'Identifier') return ofIdentifier(value, look);
  return within(look, value, undefined, () => follow(value, look));
}

function follow(value: Node, look: Look): Origin | undefined {
  switch (value.type) {
    case 'MemberExpression':
      return ofMember(value, look);
    case 'ThisExpression':
      return { from: 'local', name: 'this', path: [] };
    case 'CallExpression':
      return ofCall(value, look);
    case 'NewExpression':
      return extend(originOf(value.callee, look), ['()']);
    case 'TaggedTemplateExpression':
      return extend(originOf(value.tag, look), ['()']);
    case 'AwaitExpression':
      return originOf(value.argument, look);
    case 'ImportExpression':
      return moduleOrigin(value.source);
    case 'LogicalExpression':
      return outermost([value.left, value.right], look);
    case 'ConditionalExpression':
      return outermost([value.consequent, value.alternate], look);
    case 'AssignmentExpression':
      return originOf(value.right, look);
    default:
      return undefined;
  }
}

function ofIdentifier(identifier: ESTree.Identifier, look: Look): Origin {
  const variable = variableOf(identifier, look.code);
  if (variable === undefined) return { from: 'global', name: identifier.name, path: [] };
  const known = origins.get(variable);
  if (known !== undefined) return known;
  const itself: Origin = { from: 'local', name: identifier.name, path: [] };
  // While it is being found out, a variable that is made of itself is just that.
  origins.set(variable, itself);
  const origin = ofVariable(variable, look) ?? itself;
  origins.set(variable, origin);
  return origin;
}

const origins = new WeakMap<Scope.Variable, Origin>();

function ofVariable(variable: Scope.Variable, look: Look): Origin | undefined {
  let local: Origin | undefined;
  for (const binding of bindingsOf(variable)) {
    const origin = ofBinding(binding, look);
    if (origin !== undefined && origin.from !== 'local') return origin;
    local ??= origin;
  }
  return local;
}

function ofBinding(binding: Binding, look: Look): Origin | undefined {
  switch (binding.kind) {
    case 'import':
      return {
        from: 'module',
        name: bareModule(binding.module),
        path: binding.name === '*' ? [] : [binding.name],
      };
    case 'value':
      return extend(originOf(binding.node, look), binding.path);
    case 'parameter':
      return binding.path.length === 0 ? undefined : { from: 'local', name: '', path: binding.path };
    case 'function':
      return undefined;
  }
}

function ofMember(member: ESTree.MemberExpression, look: Look): Origin | undefined {
  const name = keyName(member.property, member.computed) ?? '?';
  const object = bare(member.object);
  if (object.type === 'ThisExpression') {
    const owner = classAround(object);
    const origin = owner && outermost(memberValues(owner, name), look);
    if (origin !== undefined) return origin;
  }
  return extend(originOf(object, look), [name]);
}

function ofCall(call: ESTree.CallExpression, look: Look): Origin | undefined {
  const callee = bare(call.callee);
  const [argument] = call.arguments;
  if (callee.type === 'MemberExpression' && keyName(callee.property, callee.computed) === 'bind')
    return originOf(callee.object, look);
  const origin = originOf(callee, look);
  if (origin === undefined || argument === undefined) return extend(origin, ['()']);
  if (isLoader(origin)) return moduleOrigin(argument);
  if (origin.path.at(-1) === 'promisify') return originOf(argument, look);
  return extend(origin, ['()']);
}

/** `require`, `module.require`, `createRequire(…)`, `process.getBuiltinModule`. */
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
  return typeof name === 'string' ? { from: 'module', name: bareModule(name), path: [] } : undefined;
}

function bareModule(specifier: string): string {
  return specifier.startsWith('node:') ? specifier.slice(5) : specifier;
}

/** The first origin outside the file, else the first at all. */
function outermost(nodes: readonly Node[], look: Look): Origin | undefined {
  let local: Origin | undefined;
  for (const node of nodes) {
    const origin = originOf(node, look);
    if (origin !== undefined && origin.from !== 'local') return origin;
    local ??= origin;
  }
  return local;
}

function extend(origin: Origin | undefined, path: readonly string[]): Origin | undefined {
  const [first, ...rest] = path;
  if (origin === undefined || first === undefined) return origin;
  if (origin.from === 'global' && origin.path.length === 0 && GLOBAL_OBJECTS.has(origin.name))
    return { from: 'global', name: first, path: rest };
  return { from: origin.from, name: origin.name, path: [...origin.path, ...path] };
}
