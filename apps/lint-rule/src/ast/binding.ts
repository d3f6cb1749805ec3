import type { Scope, SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { child, isNode, keyName, type Node } from './node.ts';

/**
 * Possible value of a name. `path` lists the destructured properties: `['a', 'b']` for `const { a: { b } } = node`, and `?` for a
 * computed name that is not known. The name `*` of an import is the module itself.
 */
export type Binding =
  | { readonly kind: 'import'; readonly module: string; readonly name: string }
  | { readonly kind: 'value'; readonly node: Node; readonly path: readonly string[] }
  | { readonly kind: 'parameter'; readonly path: readonly string[]; readonly pattern: Node }
  | { readonly kind: 'function'; readonly node: Node };

/** Returns the variable that a name refers to, or undefined for a global that the code does not declare. */
export function variableOf(identifier: ESTree.Identifier, code: SourceCode): Scope.Variable | undefined {
  const resolved = variablesByNode(code).get(identifier);
  if (resolved !== undefined) return ifDeclared(resolved);
  // Search the scopes, because the scope manager has no reference for some names, such as a name inside a pattern.
  for (let scope: Scope.Scope | null = code.getScope(identifier); scope !== null; scope = scope.upper) {
    const variable = scope.set.get(identifier.name);
    if (variable !== undefined) return ifDeclared(variable);
  }
  return undefined;
}

function ifDeclared(variable: Scope.Variable | null): Scope.Variable | undefined {
  return variable === null || variable.defs.length === 0 ? undefined : variable;
}

type VariableByNode = ReadonlyMap<Node, Scope.Variable | null>;

/** Returns the variables of all references in a file, by node. A search of the scopes for each name would be slower. */
function variablesByNode(code: SourceCode): VariableByNode {
  const { scopes } = code.scopeManager;
  const cached = variableCache.get(scopes);
  if (cached !== undefined) return cached;
  const resolved = new Map<Node, Scope.Variable | null>();
  for (const scope of scopes)
    for (const reference of scope.references) resolved.set(reference.identifier, reference.resolved);
  variableCache.set(scopes, resolved);
  return resolved;
}

/** Variables by list of scopes, because oxlint 1.94 uses one SourceCode and one scope manager for all files. */
const variableCache = new WeakMap<readonly Scope.Scope[], VariableByNode>();

/** Returns the bindings of a variable from its definitions, its default values and later assignments. */
export function bindingsOf(variable: Scope.Variable): readonly Binding[] {
  const cached = bindingsCache.get(variable);
  if (cached !== undefined) return cached;
  const bindings = collectBindings(variable);
  bindingsCache.set(variable, bindings);
  return bindings;
}

/** Bindings by variable. Without this cache, each use of a variable would search all references to the variable. */
const bindingsCache = new WeakMap<Scope.Variable, readonly Binding[]>();

function collectBindings(variable: Scope.Variable): readonly Binding[] {
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
      // Recognize an enum by its node, because ESLint's types do not contain the type of its definition.
      return node.type === 'TSEnumDeclaration' ? [{ kind: 'value', node, path: [] }] : [];
  }
}

/**
 * Returns the node with a wider type, because TypeScript's scope manager defines more kinds of nodes than ESLint's types declare.
 */
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
  isParameter: boolean,
): readonly Binding[] {
  const match = findInPattern(pattern, name, [], undefined);
  if (match === undefined) return [];
  const bindings: Binding[] = [];
  if (init !== undefined) bindings.push({ kind: 'value', node: init, path: match.path });
  if (match.fallback !== undefined) bindings.push({ kind: 'value', node: match.fallback, path: [] });
  if (isParameter) bindings.push({ kind: 'parameter', path: match.path, pattern });
  return bindings;
}

/** Returns the path of a name in a destructuring pattern, and the default value of the name. */
function findInPattern(
  pattern: Node,
  name: Node,
  path: readonly string[],
  fallback: Node | undefined,
): PatternPath | undefined {
  if (pattern === name) return { path, fallback };
  switch (pattern.type) {
    case 'AssignmentPattern':
      return findInPattern(pattern.left, name, path, pattern.right);
    case 'TSParameterProperty':
      return findInPattern(pattern.parameter, name, path, fallback);
    case 'RestElement':
      // The rest has the members of the object itself, so its path is that of the object.
      return findInPattern(pattern.argument, name, path, undefined);
    case 'ArrayPattern':
      return findFirst(pattern.elements, (element, index) =>
        element === null ? undefined : findInPattern(element, name, [...path, String(index)], undefined),
      );
    case 'ObjectPattern':
      return findFirst(pattern.properties, (property) => {
        if (property.type === 'RestElement') return findInPattern(property.argument, name, path, undefined);
        const key = keyName(property.key, property.computed) ?? '?';
        return findInPattern(property.value, name, [...path, key], undefined);
      });
    default:
      return undefined;
  }
}

function findFirst<T, R>(
  items: readonly T[],
  find: (item: T, index: number) => R | undefined,
): R | undefined {
  for (const [index, item] of items.entries()) {
    const result = find(item, index);
    if (result !== undefined) return result;
  }
  return undefined;
}
