import type { JsonValue } from '@majordomo/core';

/** Value within the arguments, or fragment of a string, with its path (`PartialArg` of @google/genai 3.1). */
export interface PartialArg {
  readonly jsonPath?: unknown;
  readonly stringValue?: unknown;
  readonly numberValue?: unknown;
  readonly boolValue?: unknown;
  readonly nullValue?: unknown;
  /** Whether another fragment of this string follows. */
  readonly willContinue?: unknown;
}

type Node = Map<string, Tree> | Tree[];
type Tree = JsonValue | Node;

/** Assembles arguments that arrive value by value (`streamFunctionCallArguments` on Vertex AI). */
export class PartialArguments {
  private readonly root = new Map<string, Tree>();
  /** Path of the string that the next fragment continues. */
  private continuedPath: string | undefined;

  /** Adds a value to the arguments. Returns `false` if the path is invalid or conflicts with an earlier value. */
  add({ jsonPath, willContinue, ...values }: PartialArg): boolean {
    if (typeof jsonPath !== 'string') return false;
    const isOfList = jsonPath.endsWith('[]');
    const steps = stepsOf(isOfList ? jsonPath.slice(0, -2) : jsonPath);
    if (steps === undefined) return false;
    const isContinued = this.continuedPath === jsonPath;
    this.continuedPath = willContinue === true ? jsonPath : undefined;
    const hasValue = Object.values(values).some((value) => value !== undefined);
    // A continued path without a value ends its string.
    if (!isOfList) return (isContinued && !hasValue) || put(this.root, steps, valueOf(values), isContinued);
    const list =
      steps.reduce<Tree | undefined>(
        (node, step) => (isNode(node) ? get(node, step) : undefined),
        this.root,
      ) ?? [];
    if (!Array.isArray(list) || !put(this.root, steps, list, false)) return false;
    // Without a value, the path states that the list exists. A value is the next element.
    const at = isContinued ? list.length - 1 : list.length;
    return !hasValue || set(list, at, valueOf(values), isContinued);
  }

  json(): string {
    return JSON.stringify(plain(this.root));
  }
}

function valueOf({ stringValue, numberValue, boolValue }: PartialArg): JsonValue {
  if (typeof stringValue === 'string') return stringValue;
  if (typeof numberValue === 'number') return numberValue;
  return typeof boolValue === 'boolean' ? boolValue : null;
}

const STEP = /\.([^.[\]]+)|\[(\d{1,6})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/gy;

/**
 * Splits a path that names one value, such as `$.foo.bar[0]['the key']` (a singular query of RFC 9535), without the suffix `[]` of a
 * list. Returns `undefined` for an invalid path.
 */
function stepsOf(path: string): readonly (string | number)[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  let end = 1;
  STEP.lastIndex = end;
  for (let found = STEP.exec(path); found !== null; found = STEP.exec(path)) {
    const [, name, index, single, double] = found;
    steps.push(index === undefined ? (name ?? decodeEscapes(single ?? double ?? '')) : Number(index));
    end = STEP.lastIndex;
  }
  return end === path.length && steps.length > 0 && typeof steps[0] === 'string' ? steps : undefined;
}

/** Characters of the escapes with a letter. Any other escaped character is itself. */
const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Decodes the escapes of a name in quotation marks. */
const decodeEscapes = (name: string): string =>
  name.replaceAll(/\\(?:u([\da-fA-F]{4})|(.))/g, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (ESCAPED[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );

function put(root: Node, steps: readonly (string | number)[], value: Tree, isContinued: boolean): boolean {
  let node = root;
  for (const [depth, step] of steps.entries()) {
    const next = steps[depth + 1];
    if (next === undefined) return set(node, step, value, isContinued);
    const child = get(node, step) ?? (typeof next === 'number' ? [] : new Map<string, Tree>());
    if (!isNode(child) || !set(node, step, child, false)) return false;
    node = child;
  }
  return false;
}

const isNode = (tree: Tree | undefined): tree is Node => tree instanceof Map || Array.isArray(tree);

function get(node: Node, step: string | number): Tree | undefined {
  if (node instanceof Map) return typeof step === 'string' ? node.get(step) : undefined;
  return typeof step === 'number' ? node[step] : undefined;
}

/** Sets a value. Lists grow by one element at a time, because a large index could otherwise create a list of any length. */
function set(node: Node, step: string | number, value: Tree, isContinued: boolean): boolean {
  const before = isContinued ? get(node, step) : undefined;
  const combined = typeof before === 'string' && typeof value === 'string' ? before + value : value;
  if (node instanceof Map) {
    if (typeof step !== 'string') return false;
    node.set(step, combined);
    return true;
  }
  if (typeof step !== 'number' || step > node.length) return false;
  node[step] = combined;
  return true;
}

/** Converts a tree to JSON. `fromEntries` defines properties, so that `__proto__` is an ordinary key. */
function plain(tree: Tree): JsonValue {
  if (tree instanceof Map) return Object.fromEntries([...tree].map(([key, child]) => [key, plain(child)]));
  return Array.isArray(tree) ? tree.map(plain) : tree;
}
