import type { JsonValue } from '@majordomo/core';

/** `PartialArg` of @google/genai 3.1: one value, or a piece of a text, and where in the arguments it stands. */
export interface PartialArg {
  readonly jsonPath?: unknown;
  readonly stringValue?: unknown;
  readonly numberValue?: unknown;
  readonly boolValue?: unknown;
  /** More of this text follows. */
  readonly willContinue?: unknown;
}

type Node = Map<string, Tree> | Tree[];
type Tree = JsonValue | Node;

/** Puts arguments together that come value by value (`streamFunctionCallArguments` on Vertex AI). */
export class PartialArguments {
  private readonly root = new Map<string, Tree>();
  /** The path of the text that continues. */
  private goesOn: string | undefined;

  /** False for a path or a value of another form. */
  add({ jsonPath, willContinue, ...values }: PartialArg): boolean {
    const steps = typeof jsonPath === 'string' ? stepsOf(jsonPath) : undefined;
    if (steps === undefined) return false;
    const value = valueOf(values);
    const before = this.goesOn === jsonPath;
    this.goesOn = willContinue === true ? (jsonPath as string) : undefined;
    return put(this.root, steps, value, before);
  }

  json(): string {
    return JSON.stringify(plain(this.root));
  }
}

/** A null may come as a word of the wire, or as nothing at all. */
function valueOf({ stringValue, numberValue, boolValue }: PartialArg): JsonValue {
  if (typeof stringValue === 'string') return stringValue;
  if (typeof numberValue === 'number') return numberValue;
  return typeof boolValue === 'boolean' ? boolValue : null;
}

const STEP = /\.([^.[\]]+)|\[(\d{1,6})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/gy;

/** The form of RFC 9535 that names one value: `$.foo.bar[0]['the key']`. */
function stepsOf(path: string): readonly (string | number)[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  let at = 1;
  STEP.lastIndex = at;
  for (let found = STEP.exec(path); found !== null; found = STEP.exec(path)) {
    const [, name, index, single, double] = found;
    steps.push(index === undefined ? (name ?? unescaped(single ?? double ?? '')) : Number(index));
    at = STEP.lastIndex;
  }
  return at === path.length && steps.length > 0 && typeof steps[0] === 'string' ? steps : undefined;
}

const unescaped = (key: string): string => key.replaceAll(/\\(.)/g, '$1');

function put(root: Node, steps: readonly (string | number)[], value: JsonValue, goesOn: boolean): boolean {
  let node = root;
  for (const [depth, step] of steps.entries()) {
    const next = steps[depth + 1];
    if (next === undefined) return set(node, step, value, goesOn);
    const child = get(node, step) ?? (typeof next === 'number' ? [] : new Map<string, Tree>());
    if (!isNode(child) || !set(node, step, child, false)) return false;
    node = child;
  }
  return false;
}

const isNode = (tree: Tree): tree is Node => tree instanceof Map || Array.isArray(tree);

function get(node: Node, step: string | number): Tree | undefined {
  if (node instanceof Map) return typeof step === 'string' ? node.get(step) : undefined;
  return typeof step === 'number' ? node[step] : undefined;
}

/** Lists grow by one at a time: an index far away would make one of any length. */
function set(node: Node, step: string | number, value: Tree, goesOn: boolean): boolean {
  const before = goesOn ? get(node, step) : undefined;
  const whole = typeof before === 'string' && typeof value === 'string' ? before + value : value;
  if (node instanceof Map) {
    if (typeof step !== 'string') return false;
    node.set(step, whole);
    return true;
  }
  if (typeof step !== 'number' || step > node.length) return false;
  node[step] = whole;
  return true;
}

/** `fromEntries` defines members: a key `__proto__` is one as well. */
function plain(tree: Tree): JsonValue {
  if (tree instanceof Map) return Object.fromEntries([...tree].map(([key, child]) => [key, plain(child)]));
  return Array.isArray(tree) ? tree.map(plain) : tree;
}
