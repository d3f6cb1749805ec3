import type { Command } from 'commander';
import type { ChatFlags } from './flags.ts';
import { collect } from '../program/collect.ts';
import type { Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';

const EXAMPLE = `
majordomo chat "anthropic/<model>,openai/<model>" -f photo.jpg "What is it?"`;

export const define: Define = (command, io, run) => {
  addChatOptions(command).action(
    run(async (spec: string | undefined, prompt: string | undefined, flags: ChatFlags) =>
      (await import('./run-chat.ts')).chat(spec, prompt, flags, io),
    ),
  );
};

/** Adds the arguments and options of a chat. */
export const addChatOptions = (command: Command): Command =>
  command
    .argument('[spec]', SPEC)
    .argument('[prompt]', 'the question, followed by standard input; `-` reads only standard input')
    .option('-m, --model <spec>', 'the spec, if the only argument is the prompt')
    .option('-s, --system <text>', 'instructions')
    .option('-f, --file <path>', 'attach an image, PDF or text file; repeatable', collect)
    .option('--skills <dir>', 'folder with skills (SKILL.md) that the model may use; repeatable', collect)
    .option('--schema <file>', 'JSON Schema that the answer must match; prints the value')
    .option('--image <file>', 'generate images and write them to this file')
    .option('--save <file>', 'write the conversation to this file')
    .option('--load <file>', 'continue a saved conversation')
    .option('--log', 'store the conversation, for majordomo log')
    .option('--continue [id]', 'continue a stored conversation; default: the newest')
    .option('--max-tokens <n>', 'maximum number of output tokens')
    .option('--temperature <n>', "sampling temperature, on the vendor's scale")
    .option('--reasoning <effort>', 'reasoning: none, minimal, low, medium, high, xhigh or max')
    .option('-o, --option <key=value>', 'any other setting, such as seed=7; repeatable', collect)
    .option('--json', 'print one JSON document: the response, or the error')
    .option('--events', 'print every event as a line of JSON')
    .option('--trace <url>', 'send spans to this OpenTelemetry collector')
    .option('--raw', 'print Markdown unchanged')
    .option('-q, --quiet', 'do not print the target')
    .addHelpText('after', EXAMPLE)
    .showHelpAfterError('(quote a prompt of several words; see majordomo chat --help)');
