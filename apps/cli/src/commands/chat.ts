import type { Command } from 'commander';
import type { ChatFlags } from '../chat/flags.ts';
import { collect } from './collect.ts';
import type { Define } from './define.ts';
import { SPEC } from './spec.ts';

const EXAMPLE = `
majordomo chat "anthropic/<model>,openai/<model>" -f photo.jpg "What is it?"`;

export const define: Define = (command, io, done) => {
  addChatOptions(command).action(
    async (spec: string | undefined, prompt: string | undefined, flags: ChatFlags) => {
      const { chat } = await import('../chat/chat.ts');
      done(await chat(spec, prompt, flags, io));
    },
  );
};

/** Adds the arguments and options of a chat. */
export const addChatOptions = (command: Command): Command =>
  command
    .argument('[spec]', SPEC)
    .argument('[prompt]', 'the question; standard input is added, `-` is it alone')
    .option('-m, --model <spec>', 'the spec, when the only argument is the prompt')
    .option('-s, --system <text>', 'instructions')
    .option('-f, --file <path>', 'image, PDF or text to go with the question; repeatable', collect)
    .option('--skills <dir>', 'skills that the model may use, as SKILL.md folders; repeatable', collect)
    .option('--schema <file>', 'a JSON Schema that the answer must fit; prints the value')
    .option('--image <file>', 'draw: write the pictures to this file')
    .option('--save <file>', 'write the conversation to this file')
    .option('--load <file>', 'go on with a saved conversation')
    .option('--log', 'keep the conversation, for majordomo log')
    .option('--continue [id]', 'go on with a conversation that was kept; by default the newest')
    .option('--max-tokens <n>', 'longest answer')
    .option('--temperature <n>', "on the vendor's scale")
    .option('--reasoning <effort>', 'none, minimal, low, medium, high, xhigh or max')
    .option('-o, --option <key=value>', 'any other setting, such as seed=7; repeatable', collect)
    .option('--json', 'one JSON document: the response, or the error')
    .option('--events', 'JSON lines: everything that happens, as it happens')
    .option('--trace <url>', 'send spans to this OpenTelemetry collector')
    .option('--raw', 'show Markdown as it was written')
    .option('-q, --quiet', 'do not say who answered')
    .addHelpText('after', EXAMPLE)
    .showHelpAfterError('(quote a prompt of several words; see majordomo chat --help)');
