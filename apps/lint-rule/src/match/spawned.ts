import type * as ESTree from 'estree';
import type { Look } from '../ast/look.ts';
import { propertyOf } from '../ast/members.ts';
import { bare, keyName, type Node } from '../ast/node.ts';
import { objectsOf } from '../ast/objects.ts';
import { originOf } from '../ast/origin.ts';
import { textsOf, valuesOf } from '../ast/text.ts';
import { spawnGlobals, spawnModules, spawnNames } from '../data/clis.ts';
import { programsIn, programsOf } from './command.ts';

/** Whether a function starts processes, by where it comes from, else by its name. */
export function isSpawner(callee: Node, look: Look): boolean {
  const origin = originOf(callee, look);
  if (origin !== undefined && origin.from !== 'local') {
    // `$({ cwd })` gives a spawner again; `spawn(…).stdin.write` is something else.
    const called = origin.path.indexOf('()');
    const fresh = called < 0 || called === origin.path.length - 1;
    if (origin.from === 'module' && spawnModules.has(origin.name)) return fresh;
    const members = spawnGlobals.get(origin.name);
    if (origin.from === 'global' && members !== undefined) return fresh && members.has(origin.path[0] ?? '');
  }
  const node = bare(callee);
  const name = node.type === 'MemberExpression' ? keyName(node.property, node.computed) : undefined;
  return spawnNames.has(name ?? (node.type === 'Identifier' ? node.name : ''));
}

/** The programs that a spawning call starts, as far as they can be seen. */
export function spawnedBy(args: readonly Node[], look: Look): readonly string[] {
  const [command, list] = args;
  if (command === undefined) return [];
  const words = wordsOf(command, look);
  if (words !== undefined) return programsOf(words);
  const following = list === undefined ? undefined : wordsOf(list, look);
  return textsOf(command, look).flatMap((text) =>
    following === undefined ? programsIn(text) : programsOf([text, ...following]),
  );
}

/** `['claude', '-p']` or `{ cmd: ['claude', '-p'] }`; undefined where there is no such list. */
function wordsOf(node: Node, look: Look): readonly string[] | undefined {
  const array = arrayOf(node, look);
  if (array !== undefined)
    return array.elements.flatMap((element) => (element === null ? [] : textsOf(element, look).slice(0, 1)));
  for (const object of objectsOf(node, look)) {
    const list = propertyOf(object, 'cmd');
    if (list !== undefined) return wordsOf(list, look);
  }
  return undefined;
}

function arrayOf(node: Node, look: Look): ESTree.ArrayExpression | undefined {
  const value = bare(node);
  if (value.type === 'ArrayExpression') return value;
  if (value.type !== 'Identifier' && value.type !== 'MemberExpression') return undefined;
  for (const one of valuesOf(value, look)) {
    const found = bare(one);
    if (found.type === 'ArrayExpression') return found;
  }
  return undefined;
}
