import type { Scope, SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import { isNode, parentOf, type Node } from '../ast/node.ts';
import type { Dialect, RawCall } from './dialects.ts';
import { plainProperties, rangeOf, type Edit } from './edit.ts';

/** SDK client of a file, with its construction and its uses. */
export interface Client {
  readonly build: ESTree.NewExpression;
  readonly uses: readonly Scope.Reference[];
}

/**
 * Returns the only client that the file creates from an imported class. Returns undefined if the file also uses the class in
 * another way, or if the client is exported, reassigned or unused.
 */
export function clientOf(node: ESTree.ImportDeclaration, code: SourceCode): Client | undefined {
  const [imported, ...others] = code.getDeclaredVariables(node);
  const [reference, ...more] = imported?.references ?? [];
  if (imported === undefined || reference === undefined) return undefined;
  if (more.length > 0 || others.length > 0 || namesType(code.ast, imported.name)) return undefined;
  const build = parentOf(reference.identifier);
  if (build?.type !== 'NewExpression' || build.callee !== reference.identifier) return undefined;
  const declarator = parentOf(build);
  if (declarator?.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier') return undefined;
  if (isExported(declarator)) return undefined;
  const [variable] = code.getDeclaredVariables(declarator);
  const uses = variable?.references.filter(({ init }) => init !== true) ?? [];
  return uses.length === 0 || uses.some((use) => use.isWrite()) ? undefined : { build, uses };
}

/** Whether a type contains the name. The scopes of the command's parser lack the types of variables, parameters and results. */
function namesType(node: Node, name: string): boolean {
  const isType = /^TS|TypeAnnotation$/.test(node.type);
  return Object.entries(node)
    .flatMap(([key, value]: [string, unknown]) => (key === 'parent' ? [] : value))
    .filter(isNode)
    .some(
      (inner) => (isType && inner.type === 'Identifier' && inner.name === name) || namesType(inner, name),
    );
}

/** Whether another file can use the variable. */
export function isExported(declarator: Node): boolean {
  const declaration = parentOf(declarator);
  return declaration === undefined || parentOf(declaration)?.type === 'ExportNamedDeclaration';
}

/** Replaces `new OpenAI(…)` with `createMajordomo({ providers: [createOpenAI(…)], … })`. */
export function rewriteBuild(
  build: ESTree.NewExpression,
  { factory, clientOptions }: Dialect,
  calls: readonly RawCall[],
): readonly Edit[] | undefined {
  const [start, end] = rangeOf(build);
  const [, calleeEnd] = rangeOf(build.callee);
  const [argument, ...more] = build.arguments;
  const open = `createMajordomo({ providers: [${factory}`;
  // Without an `apiKey`, the SDK reads the key from the environment. A majordomo needs the environment as `env`.
  if (argument === undefined) return [{ range: [start, end], text: `${open}()], env: process.env })` }];
  const properties = argument.type === 'ObjectExpression' ? plainProperties(argument) : undefined;
  if (more.length > 0 || properties === undefined) return undefined;
  if ([...properties.keys()].some((name) => !clientOptions.includes(name))) return undefined;
  const wire = wireEdits(properties.get('baseURL'), calls);
  if (wire === undefined) return undefined;
  const rest = properties.has('apiKey') ? '] })' : '], env: process.env })';
  return [{ range: [start, calleeEnd], text: open }, ...wire, { range: [end, end], text: rest }];
}

/** Returns the edits that select the API that the file uses, because a custom server may support only this API. */
function wireEdits(
  baseURL: ESTree.Property | undefined,
  calls: readonly RawCall[],
): readonly Edit[] | undefined {
  const wires = new Set(calls.map(({ api }) => api));
  const [wire] = wires;
  if (baseURL === undefined || wire === undefined) return [];
  if (wires.size > 1) return undefined;
  const [, end] = rangeOf(baseURL);
  return [{ range: [end, end], text: `, api: '${wire}'` }];
}
