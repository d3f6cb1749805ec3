import type { Rule } from 'eslint';
import { lookInto } from '../ast/look.ts';
import type { Node } from '../ast/node.ts';
import { cliCommands } from '../data/clis.ts';
import { advice } from '../data/replacement.ts';
import { isSpawner, spawnedBy } from '../match/spawned.ts';
import { perOptions } from '../options.ts';
import { defineRule, type File } from './define.ts';

const commandsOf = perOptions((options) => new Set([...cliCommands, ...(options.commands ?? [])]));

/** Anything that can start a process; a file without a trace of it is not walked. */
const SPAWNS =
  /child_process|execa|tinyexec|\bzx\b|\bspawn|nano-spawn|node-pty|shelljs|\bBun\b|\bDeno\b|['"]bun['"]|\bdax\b|promise-spawn|foreground-child|\bexec(?:File|Sync)/;

/** Bans starting a subscription CLI as if it were a model. */
export const noRawCli: Rule.RuleModule = defineRule({
  name: 'no-raw-cli',
  description: 'Disallow spawning model CLIs outside provider packages',
  messages: {
    raw: "'{{command}}' is a model's CLI. {{advice}}",
  },
  options: ['commands'],
  where: 'outside-providers',
  concerns: (text) => SPAWNS.test(text),
  visit(file) {
    const checkCall = (node: Rule.Node): void => {
      if (node.type === 'CallExpression' || node.type === 'NewExpression')
        check(node, node.callee, node.arguments, file);
    };
    return {
      CallExpression: checkCall,
      NewExpression: checkCall,
      TaggedTemplateExpression(node) {
        check(node, node.tag, [node.quasi], file);
      },
    };
  },
});

function check(node: Rule.Node, callee: Node, args: readonly Node[], { context, code, options }: File): void {
  if (args.length === 0 || !isSpawner(callee, lookInto(code))) return;
  const commands = commandsOf(options);
  const command = spawnedBy(args, lookInto(code)).find((program) => commands.has(program));
  if (command === undefined) return;
  context.report({
    node,
    messageId: 'raw',
    data: { command, advice: advice('cli').replaceAll('<name>', command) },
  });
}
