import type { Rule } from 'eslint';
import { startAnalysis } from '../ast/analysis.ts';
import type { Node } from '../ast/node.ts';
import { cliCommands, httpPrograms, pythonImport, pythonProgram } from '../data/clis.ts';
import { inferenceHosts } from '../data/hosts.ts';
import { advice, type ReplacementName } from '../data/replacement.ts';
import { wirePaths } from '../data/wire.ts';
import { addressMatcher } from '../match/address.ts';
import type { Command } from '../match/command.ts';
import { isSpawner, spawnedCommands } from '../match/spawn.ts';
import { perOptions } from '../options.ts';
import { defineRule, type RuleFile } from './define.ts';

const commandsOf = perOptions((options) => new Set([...cliCommands, ...(options.commands ?? [])]));

/** Matches files that may start a process. Other files are not traversed. */
const SPAWN_HINT =
  /child_process|execa|tinyexec|\bzx\b|\bspawn|nano-spawn|node-pty|shelljs|\bBun\b|\bDeno\b|['"]bun['"]|\bdax\b|promise-spawn|foreground-child|\bexec(?:File|Sync)/;

/** Reports calls that start a model's CLI, or another program that calls a model, as a process. */
export const noRawCli: Rule.RuleModule = defineRule({
  name: 'no-raw-cli',
  description: 'Disallow spawning model CLIs outside provider packages',
  messages: {
    raw: "'{{command}}' is the CLI of a model. {{advice}}",
    request: 'Raw inference call ({{subject}}). {{advice}}',
  },
  options: ['commands'],
  fileKind: 'outside-providers',
  mayApply: (text) => SPAWN_HINT.test(text),
  createListener(file) {
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

function check(
  node: Rule.Node,
  callee: Node,
  args: readonly Node[],
  { context, code, options }: RuleFile,
): void {
  if (args.length === 0 || !isSpawner(callee, startAnalysis(code))) return;
  const commands = commandsOf(options);
  for (const started of spawnedCommands(args, startAnalysis(code))) {
    const { program } = started;
    const raw = rawCommandOf(started);
    if (commands.has(program)) {
      const data = { command: program, advice: advice('cli').replaceAll('<name>', program) };
      context.report({ node, messageId: 'raw', data });
      return;
    }
    if (raw !== undefined) {
      const data = { subject: raw.subject, advice: advice(raw.use) };
      context.report({ node, messageId: 'request', data });
      return;
    }
  }
}

/** Call of a model by a program that is not the CLI of a model. */
interface RawCommand {
  /** Description of the call, such as `curl to api.openai.com`. */
  readonly subject: string;
  readonly use: ReplacementName;
}

const matchAddress = addressMatcher({ hosts: inferenceHosts, paths: wirePaths });

/** Returns the call of a model that a command makes: an HTTP request, or Python code that imports an SDK. */
function rawCommandOf({ program, args }: Command): RawCommand | undefined {
  if (httpPrograms.has(program)) return requestOf(program, args);
  if (!pythonProgram.test(program)) return undefined;
  const flag = args.indexOf('-c');
  const name = flag < 0 ? undefined : pythonImport.exec(args[flag + 1] ?? '')?.[1];
  return name === undefined ? undefined : { subject: `Python code that imports ${name}`, use: 'core' };
}

function requestOf(program: string, args: readonly string[]): RawCommand | undefined {
  for (const arg of args) {
    const match = matchAddress(arg);
    // A command shows no headers as evidence, so an ambiguous path is not enough. A relative address may be the name of a file.
    if (match.kind === 'inference' && match.needs === 'nothing' && !match.isRelative)
      return { subject: `${program} to ${match.subject}`, use: match.use };
  }
  return undefined;
}
