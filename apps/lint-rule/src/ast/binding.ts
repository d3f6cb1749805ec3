import type { Scope, SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { child, isNode, keyName, type Node } from './node.ts';

/** What a name may stand for. `path` are the properties taken by destructuring: `const { a: { b } } = node` → a, b. */
export type Binding =
  | { readonly kind: 'import'; readonly module: string; readonly name: string }
  | { readonly kind: 'value'; readonly node: Node; readonly path: readonly string[] }
  | { readonly kind: 'parameter'; readonly path: readonly string[]; readonly pattern: Node }
  | { readonly kind: 'function'; readonly node: Node };

/** The variable of a name, or undefined for a global that no code declares. */
export function variableOf(identifier: ESTree.Identifier, code: SourceCode): Scope.Variable | undefined {
  const resolved = resolvedIn(code).get(identifier);
  if (resolved !== undefined) return declared(resolved);
  // A name that the scope manager does not count as a reference, such as one inside a pattern.
  for (let scope: Scope.Scope | null = code.getScope(identifier); scope !== null; scope = scope.upper) {
    const variable = scope.set.get(identifier.name);
    if (variable !== undefined) return declared(variable);
  }
  return undefined;
}

function declared(variable: Scope.Variable | null): Scope.Variable | undefined {
  return variable === null || variable.defs.length === 0 ? undefined : variable;
}

type Resolved = ReadonlyMap<Node, Scope.Variable | null>;

/** All references of a file at once: cheaper than a walk up the scopes for each name that a rule asks about. */
function resolvedIn(code: SourceCode): Resolved {
  const { scopes } = code.scopeManager;
  const known = references.get(scopes);
  if (known !== undefined) return known;
  const resolved = new Map<Node, Scope.Variable | null>();
  for (const scope of scopes)
    for (const reference of scope.references) resolved.set(reference.identifier, reference.resolved);
  references.set(scopes, resolved);
  return resolved;
}

/** By the list of scopes: oxlint 1.94 has one SourceCode and one scope manager for all files. */
const references = new WeakMap<readonly Scope.Scope[], Resolved>();

/** Everything that the file itself assigns to a variable: definition, default values, later assignments. */
export function bindingsOf(variable: Scope.Variable): readonly Binding[] {
  const known = found.get(variable);
  if (known !== undefined) return known;
  const bindings = collect(variable);
  found.set(variable, bindings);
  return bindings;
}

/** A variable of a thousand uses is asked for a thousand times, and each time would look through all of them. */
const found = new WeakMap<Scope.Variable, readonly Binding[]>();

function collect(variable: Scope.Variable): readonly Binding[] {
  const bindings: Binding[] = [];
  for (const definition of variable.defs) bindings.push(...definitionBindings(definition));
  for (const reference of variable.references) {
    if (reference.init === true || !reference.isWrite()) continue;
    const parent = child(reference.identifier, 'parent');
    if (parent?.type === 'AssignmentExpression' && parent.left === reference.identifier)
      bindings.push({ kind: 'value', node: parent.right, path: [] });
  }
  return bindings;
}

function definitionBindings(definition: Scope.Definition): readonly Binding[] {
  const node = nodeOf(definition);
  switch (definition.type) {
    case 'ImportBinding':
      return importBindings(node, definition.parent);
    case 'Variable': {
      const init = child(node, 'init');
      const id = child(node, 'id');
      return id === undefined ? [] : patternBindings(id, definition.name, init, false);
    }
    case 'Parameter': {
      const params: unknown = Reflect.get(node, 'params');
      if (!Array.isArray(params)) return [];
      return params
        .filter(isNode)
        .flatMap((pattern) => patternBindings(pattern, definition.name, undefined, true));
    }
    case 'FunctionName':
      return [{ kind: 'function', node }];
    default:
      // An enum: its definition type is known to TypeScript's scope manager only.
      return node.type === 'TSEnumDeclaration' ? [{ kind: 'value', node, path: [] }] : [];
  }
}

/** TypeScript's scope manager defines more kinds of node than ESLint's types know. */
function nodeOf(definition: Scope.Definition): Node {
  return definition.node;
}

function importBindings(node: Node, declaration: unknown): readonly Binding[] {
  if (node.type === 'TSImportEqualsDeclaration') {
    const { expression } = node.moduleReference;
    if (expression?.type !== 'Literal' || typeof expression.value !== 'string') return [];
    return [{ kind: 'import', module: expression.value, name: '*' }];
  }
  if (!isNode(declaration) || declaration.type !== 'ImportDeclaration') return [];
  const module = declaration.source.value;
  if (typeof module !== 'string') return [];
  if (node.type === 'ImportDefaultSpecifier') return [{ kind: 'import', module, name: 'default' }];
  if (node.type === 'ImportSpecifier')
    return [{ kind: 'import', module, name: keyName(node.imported, false) ?? 'default' }];
  return [{ kind: 'import', module, name: '*' }];
}

interface PatternPath {
  readonly path: readonly string[];
  readonly fallback: Node | undefined;
}

function patternBindings(
  pattern: Node,
  name: Node,
  init: Node | undefined,
  parameter: boolean,
): readonly Binding[] {
  const found = pathTo(pattern, name, [], undefined);
  if (found === undefined) return [];
  const bindings: Binding[] = [];
  if (init !== undefined) bindings.push({ kind: 'value', node: init, path: found.path });
  if (found.fallback !== undefined) bindings.push({ kind: 'value', node: found.fallback, path: [] });
  if (parameter) bindings.push({ kind: 'parameter', path: found.path, pattern });
  return bindings;
}

/** Where a name stands in a destructuring pattern, and its default value. */
function pathTo(
  pattern: Node,
  name: Node,
  path: readonly string[],
  fallback: Node | undefined,
): PatternPath | undefined {
  if (pattern === name) return { path, fallback };
  switch (pattern.type) {
    case 'AssignmentPattern':
      return pathTo(pattern.left, name, path, pattern.right);
    case 'TSParameterProperty':
      return pathTo(pattern.parameter, name, path, fallback);
    case 'RestElement':
      return pathTo(pattern.argument, name, path, undefined);
    case 'ArrayPattern':
      return first(pattern.elements, (element, index) =>
        element === null ? undefined : pathTo(element, name, [...path, String(index)], undefined),
      );
    case 'ObjectPattern':
      return first(pattern.properties, (property) => {
        if (property.type === 'RestElement') return pathTo(property.argument, name, path, undefined);
        const key = keyName(property.key, property.computed) ?? '?';
        return pathTo(property.value, name, [...path, key], undefined);
      });
    default:
      return undefined;
  }
}

function first<T, R>(items: readonly T[], find: (item: T, index: number) => R | undefined): R | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
