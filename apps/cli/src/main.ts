import { Command, CommanderError } from 'commander';
import type { ChatFlags } from './chat/flags.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { ownVersion } from './version.ts';

/** Runs the command line and gives the exit code; every command is loaded when it is called. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = commands(io, (result) => {
    code = result;
  });
  try {
    if (argv.length === 0) {
      const { welcome } = await import('./welcome.ts');
      const result = await welcome(io);
      if (result !== undefined) return result;
    }
    await program.parseAsync(argv.length === 0 ? ['help'] : argv, { from: 'user' });
    return io.signal.aborted ? EXIT.interrupted : code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { explain } = await import('./explain.ts');
    return explain(error, io);
  }
}

const SPEC = 'provider/model or an alias; the next ones after commas';

function commands(io: Io, done: (code: ExitCode) => void): Command {
  const program = new Command('majordomo')
    .description('Chains of language models that fail over by themselves.')
    .version(ownVersion())
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .exitOverride()
    .showHelpAfterError('(majordomo --help says more)')
    .addHelpText('after', '\nWithout a key: majordomo demo. What is configured: majordomo doctor.');
  addChat(program, io, done);
  program
    .command('models')
    .description('what the configured backends list')
    .argument('[provider]', 'only this one')
    .option('--json', 'one JSON document')
    .action(async (provider: string | undefined, flags: { json?: true }) => {
      const { models } = await import('./models/models.ts');
      done(await models(provider, flags, io));
    });
  program
    .command('doctor')
    .description('what is installed, configured and reachable; shows no secret')
    .option('--json', 'one JSON document')
    .option('--lint <dir>', 'also look for raw model calls in a folder')
    .action(async (flags: { json?: true; lint?: string }) => {
      const { doctor } = await import('./doctor/doctor.ts');
      done(await doctor(flags, io));
    });
  program
    .command('ping')
    .description('ask every target of a spec for a word; says how fast, or why not')
    .argument('<spec>', SPEC)
    .option('--timeout <seconds>', 'for each target', '30')
    .option('--json', 'one JSON document')
    .action(async (spec: string, flags: { timeout: string; json?: true }) => {
      const { ping } = await import('./ping/ping.ts');
      done(await ping(spec, flags, io));
    });
  program
    .command('trust')
    .description("let this project's configuration say where your keys are sent")
    .option('--forget', 'not any more')
    .action(async (flags: { forget?: true }) => {
      const { trust } = await import('./trust/trust.ts');
      done(await trust(flags, io));
    });
  program
    .command('demo')
    .description('failover on two vendors played on 127.0.0.1; needs no key')
    .option('--live <spec>', 'ask the real ones instead')
    .argument('[prompt]', 'for --live')
    .action(async (prompt: string | undefined, flags: { live?: string }) => {
      const { demo } = await import('./demo/demo.ts');
      done(await demo(prompt, flags, io));
    });
  return program;
}

/** One value an option, so that a prompt may follow it. */
const another = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const EXAMPLE = `
majordomo chat "anthropic/<model>,openai/<model>" -f photo.jpg "What is it?"`;

function addChat(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('chat')
    .description('ask once, or talk when no prompt is given')
    .argument('[spec]', SPEC)
    .argument('[prompt]', 'the question; standard input is added, `-` is it alone')
    .option('-m, --model <spec>', 'the spec, when the only argument is the prompt')
    .option('-s, --system <text>', 'instructions')
    .option('-f, --file <path>', 'image, PDF or text to go with the question; repeatable', another)
    .option('--schema <file>', 'a JSON Schema that the answer must fit; prints the value')
    .option('--image <file>', 'draw: write the pictures to this file')
    .option('--save <file>', 'write the conversation to this file')
    .option('--load <file>', 'go on with a saved conversation')
    .option('--max-tokens <n>', 'longest answer')
    .option('--temperature <n>', "on the vendor's scale")
    .option('--reasoning <effort>', 'none, low, medium or high')
    .option('-o, --option <key=value>', 'any other setting, such as seed=7; repeatable', another)
    .option('--json', 'one JSON document: the response, or the error')
    .option('--events', 'JSON lines: everything that happens, as it happens')
    .option('-q, --quiet', 'do not say who answered')
    .addHelpText('after', EXAMPLE)
    .showHelpAfterError('(a prompt of several words goes into quotes; majordomo chat --help says more)')
    .action(async (spec: string | undefined, prompt: string | undefined, flags: ChatFlags) => {
      const { chat } = await import('./chat/chat.ts');
      done(await chat(spec, prompt, flags, io));
    });
}
