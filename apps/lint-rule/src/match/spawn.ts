import type * as ESTree from 'estree';
import type { Analysis } from '../ast/analysis.ts';
import { propertyOf } from '../ast/members.ts';
import { bare, keyName, type Node } from '../ast/node.ts';
import { objectsOf } from '../ast/objects.ts';
import { originOf } from '../ast/origin.ts';
import { stringsOf, valuesOf } from '../ast/strings.ts';
import { spawnGlobals, spawnModules, spawnNames } from '../data/clis.ts';
import { commandsIn, commandsOf, type Command } from './command.ts';

/** Whether a function starts processes, according to its origin, or to its name if the origin does not decide. */
export function isSpawner(callee: Node, analysis: Analysis): boolean {
  const origin = originOf(callee, analysis);
  if (origin !== undefined && origin.from !== 'local') {
    // `$({ cwd })` returns a function that starts processes, but `spawn(…).stdin.write` does not start processes.
    const callIndex = origin.path.indexOf('()');
    const returnsSpawner = callIndex < 0 || callIndex === origin.path.length - 1;
    if (origin.from === 'module' && spawnModules.has(origin.name)) return returnsSpawner;
    const members = spawnGlobals.get(origin.name);
    if (origin.from === 'global' && members !== undefined)
      return returnsSpawner && members.has(origin.path[0] ?? '');
  }
  const node = bare(callee);
  const name = node.type === 'MemberExpression' ? keyName(node.property, node.computed) : undefined;
  return spawnNames.has(name ?? (node.type === 'Identifier' ? node.name : ''));
}

/** Returns the commands that a call starts, if the file contains the text of the command. */
export function spawnedCommands(args: readonly Node[], analysis: Analysis): readonly Command[] {
  const [command, list] = args;
  if (command === undefined) return [];
  const commandArgs = argumentList(command, analysis);
  if (commandArgs !== undefined) return commandsOf(commandArgs);
  const listArgs = list === undefined ? undefined : argumentList(list, analysis);
  return stringsOf(command, analysis).flatMap((text) =>
    listArgs === undefined ? commandsIn(text) : commandsOf([text, ...listArgs]),
  );
}

/** Returns the arguments in `['claude', '-p']` or `{ cmd: ['claude', '-p'] }`. Returns undefined for any other node. */
function argumentList(node: Node, analysis: Analysis): readonly string[] | undefined {
  const array = arrayOf(node, analysis);
  if (array !== undefined)
    return array.elements.flatMap((element) =>
      element === null ? [] : stringsOf(element, analysis).slice(0, 1),
    );
  for (const object of objectsOf(node, analysis)) {
    const list = propertyOf(object, 'cmd');
    if (list !== undefined) return argumentList(list, analysis);
  }
  return undefined;
}

function arrayOf(node: Node, analysis: Analysis): ESTree.ArrayExpression | undefined {
  const value = bare(node);
  if (value.type === 'ArrayExpression') return value;
  if (value.type !== 'Identifier' && value.type !== 'MemberExpression') return undefined;
  for (const one of valuesOf(value, analysis)) {
    const array = bare(one);
    if (array.type === 'ArrayExpression') return array;
  }
  return undefined;
}
