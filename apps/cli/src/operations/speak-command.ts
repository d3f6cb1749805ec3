import type { SpeakFlags } from './speak.ts';
import { collect } from '../program/collect.ts';
import type { Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';

export const define: Define = (command, io, run) => {
  command
    .argument('[spec]', `${SPEC}; default: the alias \`speak\``)
    .argument('[text]', 'the text, followed by standard input; `-` reads only standard input')
    .option('-m, --model <spec>', 'the spec, if the only argument is the text')
    .option('-o, --output <file>', 'output file; default and `-`: a pipe')
    .option('--voice <name>', "name of the vendor's voice")
    .option('--format <name>', 'mp3, wav, opus, flac or pcm; default: the file extension')
    .option('--speed <n>', 'speed factor; 1 is the normal speed')
    .option('--instructions <text>', 'style of the speech')
    .option('--option <key=value>', "another option of the vendor's API; repeatable", collect)
    .option('--json', 'print one JSON document: data about the file, or the error')
    .option('-q, --quiet', 'do not print the target')
    .action(
      run(async (spec: string | undefined, text: string | undefined, flags: SpeakFlags) =>
        (await import('./speak.ts')).speak(spec, text, flags, io),
      ),
    );
};
