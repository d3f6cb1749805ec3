import type { SpeakFlags } from '../operations/speak.ts';
import { collect } from './collect.ts';
import type { Define } from './define.ts';
import { SPEC } from './spec.ts';

export const define: Define = (command, io, done) => {
  command
    .argument('[spec]', `${SPEC}; default: the alias \`speak\``)
    .argument('[text]', 'what to say; standard input is added, `-` is it alone')
    .option('-m, --model <spec>', 'the spec, when the only argument is the text')
    .option('-o, --output <file>', 'where to; without it, and with `-`, to a pipe')
    .option('--voice <name>', "in the vendor's words")
    .option('--format <name>', 'mp3, wav, opus, flac or pcm; default: by the ending of the file')
    .option('--speed <n>', "1 is the voice's own")
    .option('--instructions <text>', 'how to say it')
    .option('--option <key=value>', "any other setting, in the vendor's words; repeatable", collect)
    .option('--json', 'one JSON document: what is in the file, or the error')
    .option('-q, --quiet', 'do not say who spoke')
    .action(async (spec: string | undefined, text: string | undefined, flags: SpeakFlags) => {
      const { speak } = await import('../operations/speak.ts');
      done(await speak(spec, text, flags, io));
    });
};
